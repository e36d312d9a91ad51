// The slots of patterns of the open project.
import type { slot_said } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { num } from '../base/format'
import { reportSaid } from '../sound/silent'
import { transport } from '../frame/transport'
import { ask } from '../connection/wire'

export const BUDGET_MS = 20000

export function useSlots() {
  const [got, again] = usePolled(
    () => ask('project.list_patterns', { project: '', genre: '', tag: '', recent: 0 }, 3000),
    3000,
    [],
    ['project.changed'],
  )
  const queuedBar = useCell(transport, of => of?.queued_bar)
  // an edit of the pattern waits for a bar, too
  const [launched, setLaunched] = useState<{ slot: number; bar: number }>()
  const run = (promise: Promise<slot_said>) => reportSaid(promise).then(again)
  const launch = (slot: string, immediate: boolean) => {
    const said = ask('project.load_pattern', { project: '', slot, immediate }, BUDGET_MS)
    said.then(
      ({ now, bar }) => setLaunched(now || bar === undefined ? undefined : { slot: Number(slot), bar: num(bar) }),
      () => undefined,
    )
    return run(said)
  }
  const queued = queuedBar === undefined || queuedBar === null ? undefined : num(queuedBar)
  return {
    got,
    slots: got?.slots ?? [],
    queued,
    waits: (slot: number) => queued !== undefined && launched?.slot === slot && launched.bar === queued,
    run,
    launch,
  }
}

export type SlotsNow = ReturnType<typeof useSlots>
