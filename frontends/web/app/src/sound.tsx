// The sound: transport, meters, mixer, pads, the pattern as a grid, recording.
import type { bus, meter, mixer_strip, pattern, recording, row as pattern_row } from 'loophole'
import { bus_words } from './words'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePolled } from './cell'
import { clean, dbText, idBytes, lengthText, num, pathText } from './format'
import { chosen } from './list'
import { Slots } from './slots'
import { complain, say } from './state'
import { Transport } from './transport'
import { ask, listen, read } from './wire'

const doing = (promise: Promise<unknown>) => promise.catch(complain)

const HOLD_MS = 1500
const part = (linear: number) => Math.max(0, Math.min(1, 1 + (20 * Math.log10(Math.max(linear, 1e-6))) / 60))

/** A level with a peak that is held. */
function Level({ value, label }: { value: number; label: string }) {
  const held = useRef({ peak: 0, until: 0 })
  const now = performance.now()
  if (value >= held.current.peak || now > held.current.until) held.current = { peak: value, until: now + HOLD_MS }
  return (
    <span class="level" role="meter" aria-label={label} aria-valuemin={-60} aria-valuemax={0} aria-valuenow={Math.round(part(value) * 60 - 60)}>
      <span class="bar" style={{ width: `${part(value) * 100}%` }} />
      <span class="peak" hidden={part(held.current.peak) === 0} style={{ left: `${part(held.current.peak) * 100}%` }} />
    </span>
  )
}

function useMeters(): [Map<string, meter>, boolean] {
  const since = useRef<number>()
  const [now] = usePolled(async () => {
    const got = await ask('audio.meters', { since: since.current }, 2000)
    since.current = num(got.transport.frame)
    return got
  }, 80)
  return [new Map((now?.meters ?? []).map(one => [one.bus, one])), now !== undefined]
}

function Strip({ strip, level, again }: { strip: mixer_strip; level: meter | undefined; again: () => void }) {
  const put = (part: Partial<mixer_strip>) => doing(ask('audio.set_strip', { strip: { bus: strip.bus, ...part } })).then(again)
  const gain = strip.gain ?? 1
  return (
    <div class="strip" role="group" aria-label={strip.bus}>
      <strong>{strip.bus}</strong>
      <Level value={level?.peak_left ?? 0} label={`${strip.bus} left`} />
      <Level value={level?.peak_right ?? 0} label={`${strip.bus} right`} />
      <label>Gain <output>{dbText(gain)} dB</output>
        <input type="range" min="0" max="2" step="0.01" value={gain} onInput={event => put({ gain: Number(event.currentTarget.value) })} /></label>
      <label>Pan
        <input type="range" min="-1" max="1" step="0.05" value={strip.pan ?? 0} onInput={event => put({ pan: Number(event.currentTarget.value) })} /></label>
      <span class="buttons">
        <button aria-pressed={strip.mute ?? false} onClick={() => put({ mute: !strip.mute })}>Mute</button>
        <button aria-pressed={strip.solo ?? false} onClick={() => put({ solo: !strip.solo })}>Solo</button>
      </span>
    </div>
  )
}

function Mixer() {
  const [mixer, again] = usePolled(() => ask('audio.mixer', {}, 2000), 2000)
  const [levels, known] = useMeters()
  if (!mixer) return <p class="quiet">The mixer is away; it comes back by itself.</p>
  const order = (one: mixer_strip) => bus_words.indexOf(one.bus as bus)
  return (
    <section aria-label="Mixer" class="mixer" data-live={known}>
      {[...(mixer.strips ?? [])].sort((a, b) => order(a) - order(b)).map(strip => (
        <Strip key={strip.bus} strip={strip} level={levels.get(strip.bus)} again={again} />
      ))}
    </section>
  )
}

const PAD_KEYS = 'zxcvasdfqwer1234'

function Pads() {
  const [side, setSide] = useState(4)
  const [pads, again] = usePolled(() => ask('audio.pads', {}, 2000), 3000)
  const loaded = new Set((pads?.each ?? []).filter(one => one.sound !== undefined).map(one => num(one.pad)))
  const hit = (pad: number) => doing(ask('audio.hit', { pad, velocity: 0.9 }, 2000))
  const fill = () => {
    const ids = chosen().slice(0, side * side)
    if (!ids.length) return complain(new Error('No item is chosen: choose some in the table, then fill the pads with them'))
    doing(ask('audio.set_pads', { each: ids.map((id, pad) => ({ pad, id: idBytes(id), gain: 1 })) }, 30000)).then(again)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const pad = PAD_KEYS.indexOf(event.key)
    if (pad >= 0 && !event.repeat && loaded.has(pad)) { event.preventDefault(); event.stopPropagation(); hit(pad) }
  }
  return (
    <section aria-label="Pads">
      <h2>Pads</h2>
      <p class="buttons">
        <button onClick={fill}>Fill with the chosen items</button>
        <button aria-pressed={side === 4} onClick={() => setSide(4)}>4 × 4</button>
        <button aria-pressed={side === 8} onClick={() => setSide(8)}>8 × 8</button>
      </p>
      <div class="pads" style={{ gridTemplateColumns: `repeat(${side}, 1fr)` }} onKeyDown={onKeyDown}>
        {Array.from({ length: side * side }, (_, pad) => (
          <button key={pad} class="pad" disabled={!loaded.has(pad)} onPointerDown={() => hit(pad)}
            onKeyDown={event => { if (event.key === 'Enter' && !event.repeat) hit(pad) }}>
            {pad + 1}{side === 4 && <kbd>{PAD_KEYS[pad]}</kbd>}
          </button>
        ))}
      </div>
    </section>
  )
}

const STEP = { '.': 'x', x: 'X', X: '.' } as Record<string, string>

const emptyRow = (name: string, id?: Uint8Array): pattern_row =>
  ({ name, voice_id: 'voice1', pattern: '................', gate_frac: 1, ...(id ? { id } : {}) }) as unknown as pattern_row

/** A pattern as a grid; each change sounds from the next bar on. */
function Pattern() {
  const [rows, setRows] = useState<pattern_row[]>([])
  const send = (next: pattern_row[]) => {
    setRows(next)
    const pattern = { metadata: { name: 'Web' }, sequencer: { tracks: next } }
    doing(ask('audio.set_pattern', { pattern: pattern as unknown as pattern }, 10000))
  }
  const press = (row: number, step: number) => send(rows.map((one, i) => {
    if (i !== row) return one
    const steps = [...one.pattern]
    steps[step] = STEP[steps[step]!]!
    return { ...one, pattern: steps.join('') }
  }))
  const add = async () => {
    const id = chosen()[0]
    const name = id ? clean((await read('search.get', { id: idBytes(id) })).item.media.name).slice(0, 64) : `row ${rows.length + 1}`
    setRows([...rows, emptyRow(name, id ? idBytes(id) : undefined)])
  }
  return (
    <section aria-label="Pattern">
      <h2>Pattern</h2>
      <p class="buttons"><button onClick={() => add().catch(complain)}>Add a row with the chosen item</button></p>
      {rows.map((one, row) => (
        <div key={row} class="steps" role="group" aria-label={one.name}>
          <span>{clean(one.name)}</span>
          {[...one.pattern].map((step, i) => (
            <button key={i} class={`step ${step === 'X' ? 'accent' : step === 'x' ? 'on' : ''}`} onClick={() => press(row, i)}
              aria-label={`Step ${i + 1}: ${step === 'X' ? 'accent' : step === 'x' ? 'on' : 'off'}`} />
          ))}
        </div>
      ))}
    </section>
  )
}

function Record() {
  const [takes, again] = usePolled(() => ask('streamer.takes', {}, 2000), 1000)
  useEffect(() => listen('streamer.take_progress', again), [])
  const running = takes?.each?.find(one => one.state === 'running' || one.state === 'starting')
  const run = (promise: Promise<recording>, what: string) => doing(promise.then(take => say(`${what}: ${clean(take.name)}`))).then(again)
  return (
    <section aria-label="Record">
      <h2>Record</h2>
      <p class="buttons">
        <button class="record" disabled={!takes || running !== undefined} onClick={() => run(ask('streamer.record', {}, 20000), 'Recording')}>● Record</button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_stop', {}, 60000), 'Take')}>■ End the take</button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_cancel', {}, 20000), 'Abandoned')}>Abandon</button>
      </p>
      {running && <Growing take={running} />}
    </section>
  )
}

/** The take that grows: its peaks as meters saw them, and its length. */
function Growing({ take }: { take: recording }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const peaks = useRef<number[]>([])
  const [levels] = useMeters()
  const input = levels.get('inputs')
  useEffect(() => {
    if (!input || !canvas.current) return
    peaks.current.push(Math.max(input.peak_left, input.peak_right))
    const to = canvas.current.getContext('2d')!
    const { width, height } = canvas.current
    to.clearRect(0, 0, width, height)
    to.fillStyle = getComputedStyle(canvas.current).getPropertyValue('--wave')
    peaks.current.slice(-width).forEach((peak, x) => to.fillRect(x, (height / 2) * (1 - peak), 1, Math.max(1, height * peak)))
  }, [input])
  const rate = num(take.rate) || 1
  return (
    <>
      <canvas ref={canvas} width={600} height={64} class="growing" role="img" aria-label="Waveform of the take" />
      <p>{clean(take.name)} · {lengthText(num(take.frames) / rate)} · {num(take.lost)} frames lost</p>
      <p class="path">{pathText(take.path)}</p>
    </>
  )
}

export function Sound() {
  return (
    <main class="panels" tabIndex={-1}>
      <h1 class="unseen">Sound</h1>
      <Transport />
      <Mixer />
      <Record />
      <Pads />
      <Pattern />
      <Slots />
    </main>
  )
}
