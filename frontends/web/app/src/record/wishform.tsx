// What the next take records: its source, when it begins, how long it is.
import { useCell } from '../base/cell'
import { pairsOf, useForeignPorts } from '../sound/foreignports'
import { partsOf } from '../base/format'
import { Choice, Input } from '../base/labelled'
import { nameFor } from '../base/naming'
import { BEGINS, LENGTHS, SOURCES, want, wish } from './wish'

const OTHER = 'other' // no port: it has no colon
const BEGIN_TITLES: Record<(typeof BEGINS)[number], string> = {
  now: 'at once',
  next: 'at the next bar',
  count: 'after a count-in',
  bar: 'at a bar (punch in)',
}
const LENGTH_TITLES: Record<(typeof LENGTHS)[number], string> = {
  open: 'until it is ended',
  bars: 'bars',
  seconds: 'seconds',
}
const SOURCE_TITLES: Partial<Record<(typeof SOURCES)[number], string>> = {
  inputs: 'the two inputs',
  master: 'the master',
}

function NumberOf({
  label,
  value,
  least,
  most,
  by = 1,
  put,
}: {
  label: string
  value: number
  least: number
  most: number
  by?: number
  put: (to: number) => void
}) {
  return (
    <input
      type="number"
      aria-label={label}
      min={least}
      max={most}
      step={by}
      value={value}
      onChange={event => {
        put(
          Math.max(least, Math.min(most, (by === 1 ? Math.round : Number)(Number(event.currentTarget.value)) || least)),
        )
      }}
    />
  )
}

/** A take of whole bars begins at a bar: at once is then at the next one. */
function Begin() {
  const { begin, bar, countIn, length } = useCell(wish)
  const inBars = length === 'bars'
  return (
    <label>
      Begin{' '}
      <span class="both">
        <select
          value={inBars && begin === 'now' ? 'next' : begin}
          aria-label="Begin"
          onChange={event => want({ begin: BEGINS.find(one => one === event.currentTarget.value)! })}
        >
          {BEGINS.map(one => (
            <option key={one} value={one} disabled={inBars && one === 'now'}>
              {BEGIN_TITLES[one]}
            </option>
          ))}
        </select>
        {begin === 'bar' && <NumberOf label="Bar" value={bar} least={1} most={1000000} put={to => want({ bar: to })} />}
        {begin === 'count' && (
          <NumberOf label="Bars of count-in" value={countIn} least={1} most={8} put={to => want({ countIn: to })} />
        )}
      </span>
    </label>
  )
}

function Length() {
  const { length, bars, seconds, begin, bar } = useCell(wish)
  return (
    <label>
      Length{' '}
      <span class="both">
        <select
          value={length}
          aria-label="Length"
          onChange={event => want({ length: LENGTHS.find(one => one === event.currentTarget.value)! })}
        >
          {LENGTHS.map(one => (
            <option key={one} value={one}>
              {LENGTH_TITLES[one]}
            </option>
          ))}
        </select>
        {length === 'bars' && (
          <NumberOf label="Number of bars" value={bars} least={1} most={1000} put={to => want({ bars: to })} />
        )}
        {length === 'seconds' && (
          <NumberOf
            label="Number of seconds"
            value={seconds}
            least={0.1}
            most={86400}
            by={0.1}
            put={to => want({ seconds: to })}
          />
        )}
      </span>
      {begin === 'bar' && length === 'bars' && <small class="quiet">punch out at bar {bar + bars}</small>}
    </label>
  )
}

const written = (ports: string[]) => ports.join(', ')

/** Which ports are connected to the inputs while the take lasts. */
function Ports({ now }: { now: string[] }) {
  const offered = pairsOf(useForeignPorts().outputs)
  const isListed = !now.length || offered.some(one => written(one.ports) === written(now))
  const name = () =>
    nameFor('JACK ports, separated by commas: to the left and the right side in turn').then(typed => {
      if (typed) want({ ports: partsOf(typed) })
    })
  const choose = (to: string) => {
    if (to === OTHER) name()
    else want({ ports: offered.find(one => written(one.ports) === to)?.ports ?? [] })
  }
  return (
    <label>
      From ports{' '}
      <select
        value={written(now)}
        onChange={event => {
          choose(event.currentTarget.value)
          event.currentTarget.value = written(wish.value.ports)
        }}
      >
        <option value="">as they are connected</option>
        {!isListed && <option value={written(now)}>{written(now)}</option>}
        {offered.map(one => (
          <option key={written(one.ports)} value={written(one.ports)}>
            {one.title}
          </option>
        ))}
        <option value={OTHER}>other ports…</option>
      </select>
    </label>
  )
}

export function WishForm() {
  const { source, ports, length, loop, name } = useCell(wish)
  return (
    <div class="wish" role="group" aria-label="The next take">
      <Choice
        label="Source"
        value={source}
        of={SOURCES}
        text={one => SOURCE_TITLES[one] ?? `the channel ${one}`}
        put={source => want({ source })}
      />
      {source === 'inputs' && <Ports now={ports} />}
      <Begin />
      <Length />
      <Input label="Name" value={name} maxLength={200} placeholder="the time of day" put={name => want({ name })} />
      <label class="check">
        <input
          type="checkbox"
          checked={loop && length !== 'open'}
          disabled={length === 'open'}
          onChange={event => want({ loop: event.currentTarget.checked })}
        />{' '}
        Take after take, until it is ended
      </label>
    </div>
  )
}
