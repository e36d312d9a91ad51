// The panel of loops: what each of the keys F1 to F12 holds.
import type { item, loop, stream_voice } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { useCell } from '../cell'
import { clean, counted, idBytes, idText, lengthText, num, pathText } from '../format'
import { Icon } from '../icons'
import { useNames } from '../itemnames'
import { chosen } from '../list'
import * as deeds from './loops'
import { complain } from '../state'
import { VolumeSlider } from './volumeslider'
import { isFar } from '../wire'
import { loop_grid_words } from '../words'

// ---- one loop ----

/** The second of a turn in which this second of the file is heard: the turn plays parts of the file, as its actions say. */
function turnAt(of: loop, seconds: number): number {
  const { start_frame, rate } = of.music_context!
  const lines = of.actions.split('\n').map(line => line.split(' '))
  for (let i = 0; i < lines.length; i++) {
    const [begin, verb, value = ''] = lines[i]!
    const from = verb === 'play' ? Number(value.split('@')[1]) / rate : verb === 'seek' ? Number(value) / rate : NaN
    const end = lines.slice(i + 1).find(line => ['play', 'seek', 'stop', 'pause'].includes(line[1] ?? ''))?.[0] ?? of.duration
    if (seconds >= from && seconds <= from + Number(end) - Number(begin)) return Number(begin) + seconds - from
  }
  return seconds - num(start_frame) / rate
}

/** How far a loop is in its turn, 0 to 1; -1: it does not play. */
function partOf(of: loop, head: deeds.Head | undefined): number {
  const seconds = num(of.duration)
  if (of.state !== 'playing' || !head || !of.music_context || !(seconds > 0)) return -1
  const within = (turnAt(of, head.seconds) + (performance.now() - head.at) / 1000) % seconds
  return (within < 0 ? within + seconds : within) / seconds
}

function Progress({ of, name }: { of: loop | undefined; name: string }) {
  const bar = useRef<HTMLSpanElement>(null)
  const number = Number(name.slice(1)) - 1
  const head = useCell(deeds.heads, all => all.get(number))
  const plays = of?.state === 'playing' && head !== undefined
  useEffect(() => {
    let frame = 0
    const draw = () => {
      if (bar.current) bar.current.style.transform = `scaleX(${plays ? Math.max(0, partOf(of, deeds.heads.value.get(number))) : 0})`
      if (plays) frame = requestAnimationFrame(draw)
    }
    draw()
    return () => cancelAnimationFrame(frame)
  }, [of, plays])
  const part = of ? partOf(of, head) : -1
  return (
    <span class="turn" role="progressbar" aria-label={`Turn of ${name}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={part < 0 ? 0 : Math.round(part * 100)}>
      <span ref={bar} class="bar" />
    </span>
  )
}

/** The name of the sound with its part, or why it cannot sound. */
function soundOf(of: loop | undefined, names: Map<string, item>): string {
  const context = of?.music_context
  if (!of || (of.state === 'capturing' && !context)) return ''
  if (!context) return num(of.duration) > 0 ? (/ hit /.test(of.actions) ? 'pads' : 'names no sound') : ''
  const id = idText(context.source_video_id)
  const name = clean(names.get(id)?.media.name ?? '') || id
  return `${name}, ${lengthText(num(context.start_frame) / context.rate)} to ${lengthText(num(context.end_frame) / context.rate)}`
}

const lengthOf = (of: loop) => `${num(of.duration).toFixed(2)} s${of.beats ? ` · ${+of.beats.toFixed(2)} beats at ${of.tempo?.toFixed(1)}` : ''}`

function Loop({ number, of, names }: { number: number; of: loop | undefined; names: Map<string, item> }) {
  const name = deeds.keyName(number)
  const state = of?.state ?? 'empty'
  const held = of !== undefined && num(of.duration) > 0
  const sounds = state === 'playing' || (state === 'waiting' && held)
  const capture = state === 'capturing' ? 'End the capture on' : state === 'waiting' ? 'Take back' : held ? 'Capture again on' : 'Capture on'
  const press = state === 'waiting' ? deeds.pressLoop : deeds.captureLoop
  return (
    <div class="loop" role="group" aria-label={`Loop ${name}`} data-state={state} data-placeholder={of?.placeholder || undefined}>
      <p class="is"><kbd>{name}</kbd> <strong>{state}</strong>{held && <span class="quiet">{lengthOf(of)}</span>}</p>
      <p class="of" title={[soundOf(of, names), clean(of?.placeholder ?? '')].filter(Boolean).join(': ')}>{of?.placeholder && <em>{clean(of.placeholder)}: </em>}{soundOf(of, names)}</p>
      <Progress of={of} name={name} />
      <p class="buttons">
        <button disabled={!held || state === 'capturing'} aria-label={`${sounds ? 'Stop' : 'Play'} ${name}`} title={sounds ? 'Stop' : 'Play'} onClick={() => deeds.pressLoop(number)}><Icon name={sounds ? 'stop' : 'play'} size={14} /></button>
        <button class="record" aria-pressed={state === 'capturing'} aria-label={`${capture} ${name}`} title={`${capture} ${name}`} disabled={of?.locked} onClick={() => press(number)}><Icon name="record" size={14} /></button>
        <button disabled={!held} aria-pressed={of?.locked ?? false} aria-label={`Lock ${name}`} title={`Lock (Ctrl+${name})`} onClick={() => deeds.lockLoop(number)}><Icon name={of?.locked ? 'locked' : 'unlocked'} size={14} /></button>
        <button aria-label={`Undo on ${name}`} title="The loop before the last capture, deletion or undo" disabled={of?.locked} onClick={() => deeds.undoLoop(number)}><Icon name="undo" size={14} /></button>
        <button disabled={!held || of.locked} aria-label={`Delete ${name}`} title={`Delete (Backspace and ${name})`} onClick={() => deeds.deleteLoop(number)}><Icon name="delete" size={14} /></button>
      </p>
      <VolumeSlider value={held ? of.volume : undefined} name={name} put={volume => deeds.setLoopVolume(number, volume)} />
    </div>
  )
}

// ---- all ----

const voiceName = (of: stream_voice) => `${num(of.voice)}: ${pathText(of.path).split('/').at(-1) || idText(of.id)}`

function fromChosen() {
  const id = idBytes(chosen()[0] ?? '')
  if (id) deeds.playForCapture(id)
  else complain(new Error('No item is chosen: choose one in the table, then play it to capture from it'))
}

/** What all captures and plays have in common. */
function Common() {
  const timing = useCell(deeds.timing)
  const stretch = useCell(deeds.stretch)
  const source = useCell(deeds.source)
  const sources = useCell(deeds.sources)
  const ownerless = useCell(deeds.ownerless)
  const taken = sources.filter(one => source === undefined || num(one.voice) === source)
  const isPaused = taken.length > 0 && taken.every(one => one.state === 'paused')
  return (
    <>
      <p class="buttons">
        <label>In time <select value={timing} onChange={event => deeds.timing.set(loop_grid_words.find(one => one === event.currentTarget.value) ?? 'now')}>
          {loop_grid_words.map(one => <option key={one} value={one}>{one === 'now' ? 'at once' : `at the ${one}`}</option>)}</select></label>
        <label><input type="checkbox" checked={stretch} onChange={event => deeds.stretch.set(event.currentTarget.checked)} /> Follow the tempo</label>
        <label>Capture from <select value={source ?? ''} onChange={event => deeds.source.set(event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))}>
          <option value="">{sources.length ? 'the voice that began last' : 'no voice plays'}</option>
          {sources.map(one => <option key={num(one.voice)} value={num(one.voice)}>{voiceName(one)}</option>)}</select></label>
        {!isFar && <><button onClick={fromChosen} title="A voice plays it until it is stopped, so that a key can capture it">Play the chosen item</button>
          <button disabled={!taken.length} aria-pressed={isPaused} title="It goes on from where it is" onClick={() => deeds.pauseSources(!isPaused)}>{source === undefined ? 'Pause all' : 'Pause it'}</button>
          <button disabled={!sources.length} onClick={deeds.stopSources}>{source === undefined ? 'Stop all' : 'Stop it'}</button></>}
        <button onClick={deeds.playAllLoops}>Play all loops</button>
        <button onClick={deeds.stopAllLoops}>Stop all loops</button>
      </p>
      {ownerless > 0 && !isFar && <p class="notice">{counted(ownerless, 'loop was', 'loops were')} captured while no project was open.
        {' '}<button onClick={deeds.adoptLoops}>Take them over</button> <button onClick={() => deeds.ownerless.set(0)}>Later</button></p>}
    </>
  )
}

export function Loops({ away }: { away: boolean }) {
  const loops = useCell(deeds.loops)
  const names = useNames([...(loops?.values() ?? [])].flatMap(one => (one.music_context ? [one.music_context.source_video_id] : [])))
  return (
    <section aria-label="Loops" class="looppanel" data-live={loops !== undefined}>
      <h2>Loops{away && <span class="quiet"> · away; this page asks again</span>}</h2>
      <Common />
      <div class="loops">{Array.from({ length: deeds.LOOP_KEYS }, (_, number) => <Loop key={number} number={number} of={loops?.get(number)} names={names} />)}</div>
      <p class="quiet hint">A key from F1 to F12 captures while it has no loop, and else plays or stops its loop; with Shift it captures again, with Ctrl it locks, with Backspace held it deletes.</p>
    </section>
  )
}
