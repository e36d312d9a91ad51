// The takes: those that ended early with the reason, and those that became items, the newest first.
import type { item, recording } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { Cell, useCell, useLoaded } from '../base/cell'
import { clean, idText, lengthText, num, seconds } from '../base/format'
import { hear, hearFrom, hearing, hush } from '../sound/hear'
import { Icon } from '../base/icons'
import { lookAtLoaded, padAt, putSound } from '../kit/kits'
import { complain, show, START_FILTERS } from '../base/state'
import { WaveCanvas } from '../sound/wavecanvas'
import { isFar, listen, read } from '../connection/wire'

const MOST = 100
const QUERY = 'origin:recorded'

/** Takes that ended early, until they are removed: a person learns what is missing, also after a restart. */
export function Cut({ takes }: { takes: recording[] }) {
  return takes.length === 0 ? null : (
    <ul aria-label="Takes that ended early">
      {takes.map(take => (
        <li key={idText(take.id)}>
          {clean(take.name)} ended early, after {lengthText(num(take.frames) / (num(take.rate) || 1))}:{' '}
          {clean(take.failure)}
        </li>
      ))}
    </ul>
  )
}

const found = new Cell<item[] | undefined>(undefined)
const changed = new Cell(0)
const look = () => changed.set(changed.value + 1)

function useTakes(): item[] | undefined {
  useLoaded(
    async signal =>
      found.set((await read('search.query', { query: QUERY, sort: '-added', limit: MOST }, signal)).items ?? []),
    changed,
    [],
  )
  const timer = useRef(0)
  useEffect(() => {
    const later = () => {
      timer.current ||= window.setTimeout(() => {
        timer.current = 0
        look()
      }, 300)
    } // the index follows the catalogue
    const ends = [listen('persist.changed', later), listen('streamer.take_final', later)]
    return () => {
      ends.forEach(end => end())
      clearTimeout(timer.current)
    }
  }, [])
  return useCell(found)
}

function Take({ of }: { of: item }) {
  const id = idText(of.media.id)
  const sounds = useCell(hearing, now => now?.id === id)
  const pad = useCell(padAt)
  return (
    <li data-take={id}>
      <button
        aria-label={`${sounds ? 'Stop' : 'Play'} ${clean(of.media.name)}`}
        onClick={() => (sounds ? hush() : hear(of))}
      >
        <Icon name={sounds ? 'stop' : 'play'} size={14} />
      </button>
      <span class="wave">
        <WaveCanvas of={of} onPart={part => hearFrom(of, part)} label="Click: play from here" />
      </span>
      <strong title={clean(of.media.name)}>{clean(of.media.name)}</strong>
      <span class="number">{lengthText(seconds(of))}</span>
      {!isFar && (
        <button
          onClick={() => {
            lookAtLoaded().then(() => putSound(pad, id), complain)
          }}
        >
          To pad {pad}
        </button>
      )}
      <button onClick={() => show({ ...START_FILTERS, mode: 'table', query: QUERY, at: id })}>In the table</button>
    </li>
  )
}

export function Takes() {
  const takes = useTakes()
  return (
    <section aria-label="Takes" class="takes">
      <h2>Takes</h2>
      {takes?.length === 0 && (
        <p class="quiet">
          No take yet. <b>Record</b> makes one, and <b>Keep the last</b> makes one of what was already played.
        </p>
      )}
      <ul tabIndex={0} aria-label="List of takes">
        {takes?.map(one => (
          <Take key={idText(one.media.id)} of={one} />
        ))}
      </ul>
    </section>
  )
}
