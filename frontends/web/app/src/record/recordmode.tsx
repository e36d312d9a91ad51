// The mode Record: what the next take records, the take that runs, and the takes that there are.
import type { recording } from 'loophole'
import { useEffect } from 'preact/hooks'
import { usePolled } from '../cell'
import { clean, counted, idText } from '../format'
import { useSoundKeys } from '../loops/soundkeys'
import { complain, say } from '../state'
import { ask, isFar, listen } from '../wire'
import { Growing } from './growing'
import { Inputs } from './inputs'
import { Cut, Takes } from './takes'
import { requestOf, wish } from './wish'
import { WishForm } from './wishform'

const KEPT = [1, 2, 4, 8]
const BUDGET_MS = 20000
const END_MS = 60000
const WAIT_MS = 600000 // a take that begins at a bar answers then

function useTake() {
  const [takes, again] = usePolled(() => ask('streamer.takes', {}, 2000), 1000)
  useEffect(() => listen('streamer.take_progress', again), [])
  const running = takes?.each?.find(one => one.state === 'running' || one.state === 'starting')
  const run = (promise: Promise<recording>, what: string) => { promise.then(take => say(`${what}: ${clean(take.name)}`), complain).then(again) }
  return { takes, running, run }
}

function Deck({ now: { takes, running, run } }: { now: ReturnType<typeof useTake> }) {
  return (
    <section aria-label="Record" class="recorder">
      <p class="buttons">
        <button class="record" disabled={!takes || running !== undefined} aria-pressed={running !== undefined} onClick={() => run(ask('streamer.record', requestOf(wish.value), WAIT_MS), 'Recording')}>● Record</button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_stop', {}, END_MS), 'Take')}>■ End the take</button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_cancel', {}, BUDGET_MS), 'Discarded')}>Discard</button>
        <span class="buttons keep" role="group" aria-label="Keep the last bars">Keep the last
          {KEPT.map(bars => <button key={bars} disabled={!takes || running !== undefined} aria-label={`Keep the last ${counted(bars, 'bar')}`}
            onClick={() => run(ask('streamer.record', { name: wish.value.name.trim(), keep: bars }, BUDGET_MS), 'Kept')}>{bars}</button>)} bars</span>
      </p>
      <Growing key={running ? idText(running.id) : ''} take={running} />
      <Cut takes={takes?.each?.filter(one => one.failure && one !== running) ?? []} />
    </section>
  )
}

export function RecordMode() {
  useSoundKeys()
  const now = useTake()
  return (
    <main class="instrument recordmode" tabIndex={-1}>
      <h1 class="unseen">Record</h1>
      {!isFar && <section aria-label="What is recorded" class="setting"><Inputs /><WishForm /></section>}
      {isFar ? <p class="notice">Only a page on the engine's machine records.</p> : <Deck now={now} />}
      <Takes />
    </main>
  )
}
