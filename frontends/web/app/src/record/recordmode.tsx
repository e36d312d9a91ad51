// The mode Record: what the next take records, the take that runs, and the takes that there are.
import type { recording, take_state } from 'loophole'
import { useCell } from '../base/cell'
import { usePolled } from '../connection/polled'
import { clean, counted, idText } from '../base/format'
import { useSoundKeys } from '../loops/soundkeys'
import { complain, say } from '../base/state'
import { ask, isFar } from '../connection/wire'
import { Growing } from './growing'
import { Inputs } from './inputs'
import { Cut, Takes } from './takes'
import { requestOf, wish } from './wish'
import { WishForm } from './wishform'

const KEPT = [1, 2, 4, 8]
const BUDGET_MS = 20000
const END_MS = 60000
const UNDER_WAY: take_state[] = ['starting', 'waiting', 'running']

function useTake() {
  const [takes, again] = usePolled(() => ask('streamer.takes', {}, 2000), 1000, [], ['streamer.take_progress'])
  const running = takes?.each?.find(one => UNDER_WAY.includes(one.state))
  const run = (promise: Promise<recording>, what: string) => {
    promise.then(take => say(`${what}: ${clean(take.name)}`), complain).then(again)
  }
  return { takes, running, run }
}

function Deck() {
  const { takes, running, run } = useTake()
  const keeps = useCell(wish, of => of.source === 'inputs') // the engine keeps what came in, and nothing else
  return (
    <section aria-label="Record" class="recorder">
      <p class="buttons">
        <button
          class="record"
          disabled={!takes || running !== undefined}
          aria-pressed={running !== undefined}
          onClick={() => run(ask('streamer.record', requestOf(wish.value), BUDGET_MS), 'Recording')}
        >
          ● Record
        </button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_stop', {}, END_MS), 'Take')}>
          ■ End the take
        </button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_cancel', {}, BUDGET_MS), 'Abandoned')}>
          Abandon
        </button>
        <span
          class="buttons keep"
          role="group"
          aria-label="Keep the last bars"
          title={keeps ? undefined : 'Only the inputs are kept: choose them as the source'}
        >
          Keep the last
          {KEPT.map(bars => (
            <button
              key={bars}
              disabled={!takes || running !== undefined || !keeps}
              aria-label={`Keep the last ${counted(bars, 'bar')}`}
              onClick={() =>
                run(ask('streamer.record', { name: wish.value.name.trim(), keep: bars }, BUDGET_MS), 'Kept')
              }
            >
              {bars}
            </button>
          ))}{' '}
          bars
        </span>
      </p>
      <Growing key={running ? idText(running.id) : ''} take={running} />
      <Cut takes={takes?.each?.filter(one => one.failure && one !== running) ?? []} />
    </section>
  )
}

export function RecordMode() {
  useSoundKeys()
  return (
    <main class="instrument recordmode" tabIndex={-1}>
      <h1 class="unseen">Record</h1>
      {!isFar && (
        <section aria-label="What is recorded" class="setting">
          <Inputs />
          <WishForm />
        </section>
      )}
      {isFar ? <p class="notice">Only a page on the engine's machine records.</p> : <Deck />}
      <Takes />
    </main>
  )
}
