// The panel of loops: what each of the keys F1 to F12 holds.
import type { stream_voice } from 'loophole'
import { useCell } from '../base/cell'
import { counted, idBytes, idText, num, pathText } from '../base/format'
import { Choice } from '../base/labelled'
import { useNames } from '../items/itemnames'
import { chosen } from '../items/list'
import { Loop } from './loopcard'
import * as asks from './loops'
import { complain } from '../base/state'
import { isFar } from '../connection/wire'
import { loop_grid_words } from '../base/words'
import { Check } from '../base/check'

const voiceName = (of: stream_voice) => `${num(of.voice)}: ${pathText(of.path).split('/').at(-1) || idText(of.id)}`

function fromChosen() {
  const id = idBytes(chosen()[0] ?? '')
  if (id) asks.playForCapture(id)
  else complain(new Error('No item is chosen: choose one in the table, then play it to capture from it'))
}

/** Plays, pauses and stops what a capture takes. */
function Voices({ sources, source }: { sources: stream_voice[]; source: number | undefined }) {
  const taken = sources.filter(one => source === undefined || num(one.voice) === source)
  const isPaused = taken.length > 0 && taken.every(one => one.state === 'paused')
  const which = source === undefined ? 'all' : 'it'
  return (
    <>
      <button onClick={fromChosen} title="A voice plays it until it is stopped, so that a key can capture it">
        Play the chosen item
      </button>
      <button
        disabled={!taken.length}
        aria-pressed={isPaused}
        title="It goes on from where it is"
        onClick={() => asks.pauseSources(!isPaused)}
      >
        Pause {which}
      </button>
      <button disabled={!sources.length} onClick={asks.stopSources}>
        Stop {which}
      </button>
    </>
  )
}

/** What all captures and plays have in common. */
function Common() {
  const timing = useCell(asks.timing)
  const stretch = useCell(asks.stretch)
  const source = useCell(asks.source)
  const sources = useCell(asks.sources)
  const names = new Map(sources.map(one => [num(one.voice), voiceName(one)]))
  const usual = sources.length ? 'the voice that began last' : 'no voice plays'
  return (
    <p class="buttons">
      <Choice
        label="In time"
        value={timing}
        of={loop_grid_words}
        text={one => (one === 'now' ? 'at once' : `at the ${one}`)}
        put={to => asks.timing.set(to)}
      />
      <Check on={stretch} put={on => asks.stretch.set(on)}>
        Follow the tempo
      </Check>
      <Choice
        label="Capture from"
        value={source}
        of={[undefined, ...names.keys()]}
        text={one => (one === undefined ? usual : names.get(one)!)}
        put={to => asks.source.set(to)}
      />
      {!isFar && <Voices sources={sources} source={source} />}
      <button onClick={asks.playAllLoops}>Play all loops</button>
      <button onClick={asks.stopAllLoops}>Stop all loops</button>
    </p>
  )
}

/** Loops that belong to no project, and what takes them into the open one. */
function Ownerless() {
  const ownerless = useCell(asks.ownerless)
  return ownerless > 0 && !isFar ? (
    <p class="notice">
      {counted(ownerless, 'loop was', 'loops were')} captured while no project was open.{' '}
      <button onClick={asks.adoptLoops}>Take them over</button>{' '}
      <button onClick={() => asks.ownerless.set(0)}>Later</button>
    </p>
  ) : null
}

export function Loops({ away }: { away: boolean }) {
  const loops = useCell(asks.loops)
  const names = useNames(
    [...(loops?.values() ?? [])].flatMap(one => (one.music_context ? [one.music_context.source_video_id] : [])),
  )
  return (
    <section aria-label="Loops" class="looppanel" data-live={loops !== undefined}>
      <h2>Loops{away && <span class="quiet"> · away; this page asks again</span>}</h2>
      <Common />
      <Ownerless />
      <div class="loops">
        {Array.from({ length: asks.LOOP_KEYS }, (_, number) => (
          <Loop key={number} number={number} of={loops?.get(number)} names={names} />
        ))}
      </div>
      <p class="quiet hint">
        A key from F1 to F12 captures while it has no loop, and else plays or stops its loop; with Shift it captures
        again, with Ctrl it locks, with Backspace held it deletes.
      </p>
    </section>
  )
}
