// The slots of patterns of the open project.
import type { slot_said } from 'loophole'
import { useEffect } from 'preact/hooks'
import { useCell, usePolled } from '../cell'
import { num } from '../format'
import { reportSaid } from '../silent'
import { transport } from '../transport'
import { ask, listen } from '../wire'

export const BUDGET_MS = 20000

export function useSlots() {
  const [got, again] = usePolled(() => ask('project.list_patterns', { project: '', genre: '', tag: '', recent: 0 }, 3000), 3000)
  const queuedBar = useCell(transport, of => of?.queued_bar)
  useEffect(() => listen('project.changed', again), [])
  const run = (promise: Promise<slot_said>) => reportSaid(promise).then(again)
  const launch = (slot: string, immediate: boolean) => run(ask('project.load_pattern', { project: '', slot, immediate }, BUDGET_MS))
  return { got, slots: got?.slots ?? [], queued: queuedBar === undefined || queuedBar === null ? undefined : num(queuedBar), run, launch }
}

export type SlotsNow = ReturnType<typeof useSlots>
