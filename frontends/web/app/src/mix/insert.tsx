// The insert of a channel or of the master: another JACK client that its sound goes through, how late it comes back,
// and why it is away.
import type { chain_state, channel } from 'loophole'
import { written, type Pair } from '../sound/foreignports'
import { clean, num } from '../base/format'
import { nameFor } from '../base/naming'
import { complain, say } from '../base/state'
import { ask, isFar } from '../connection/wire'

const BUDGET_MS = 5000
const OTHER = 'other' // no ports: they have a colon

export const hasInsert = (of: channel) => of !== 'preview'

const stateOf = (now: chain_state | undefined) =>
  !now ? 'none' : now.made ? `${num(now.latency)} frames later` : 'is away'

interface InsertProps {
  of: channel
  now: chain_state | undefined
  known: boolean
  again: () => void
  offered: Pair[]
}

export function Insert({ of, now, known, again, offered }: InsertProps) {
  const put = (to: string) =>
    ask('audio.insert', { channel: of, to }, BUDGET_MS)
      .then(() => say(to ? `${of} goes through ${to}.` : `${of} has no insert.`), complain)
      .then(again)
  const name = () =>
    nameFor('The inputs of a JACK client: CLIENT:LEFT,RIGHT').then(to => {
      if (to) put(to)
    })
  const clients = offered.filter(one => one.client !== 'system')
  const isListed = !now || clients.some(one => written(one) === now.to)
  return (
    <div class="insert" role="group" aria-label={`Insert of ${of}`}>
      <label>
        Insert
        <select
          disabled={!known || isFar}
          value={now?.to ?? ''}
          title={now && clean(now.to)}
          onChange={event => {
            const to = event.currentTarget.value
            event.currentTarget.value = now?.to ?? '' // it shows what the engine has, after its answer
            if (to === OTHER) name()
            else put(to)
          }}
        >
          <option value="">none</option>
          {!isListed && <option value={now.to}>{clean(now.to)}</option>}
          {clients.map(one => (
            <option key={written(one)} value={written(one)}>
              {one.title}
            </option>
          ))}
          <option value={OTHER}>other ports…</option>
        </select>
      </label>
      <output style={{ visibility: known && !now ? 'hidden' : undefined }}>{known ? stateOf(now) : '–'}</output>
      {now && !now.made && (
        <p class="path">
          {clean(now.to)}: {clean(now.why)}
        </p>
      )}
    </div>
  )
}
