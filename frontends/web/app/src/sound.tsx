// The sound: transport, meters, mixer, pads, the pattern as a grid, recording.
import type { chain_state, channel, meter, mixer_strip, recording, waveform_so_far } from 'loophole'
import { channel_words } from './words'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePolled } from './cell'
import { clean, counted, dbText, idText, lengthText, meterDb, METER_LEAST_DB, meterPart, num, pathText } from './format'
import { hasInsert, Insert } from './insert'
import { Learn } from './learn'
import { Pads } from './pads'
import { Pattern } from './patterngrid'
import { PatternLibrary } from './patternlibrary'
import { Slots } from './slots'
import { Song } from './song'
import { complain, say } from './state'
import { drawWave, type Wave } from './waves'
import { ask, isFar, listen } from './wire'

const doing = (promise: Promise<unknown>) => promise.catch(complain)

const HOLD_MS = 1500
const CAN_SEND: channel[] = ['streams', 'sounds', 'pads']
const HAS_PORTS: channel[] = ['streams', 'sounds', 'pads', 'sequencer', 'metronome']

/** A level with a peak that is held. */
function Level({ value, label }: { value: number; label: string }) {
  const held = useRef({ peak: 0, until: 0 })
  const now = performance.now()
  if (value >= held.current.peak || now > held.current.until) held.current = { peak: value, until: now + HOLD_MS }
  return (
    <span class="level" role="meter" aria-label={label} aria-valuemin={METER_LEAST_DB} aria-valuemax={0} aria-valuenow={meterDb(value)}>
      <span class="bar" style={{ width: `${meterPart(value) * 100}%` }} />
      <span class="peak" hidden={meterPart(held.current.peak) === 0} style={{ left: `${meterPart(held.current.peak) * 100}%` }} />
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

interface StripProps { strip: mixer_strip; known: boolean; level: meter | undefined; again: () => void; insert: chain_state | undefined; insertsKnown: boolean; insertsAgain: () => void }

/** A strip; before its values are known it has its place already. */
function Strip({ strip, known, level, again, insert, insertsKnown, insertsAgain }: StripProps) {
  const put = (part: Partial<mixer_strip>) => doing(ask('audio.set_strip', { strip: { bus: strip.bus, ...part } })).then(again)
  const gain = strip.gain ?? 1
  return (
    <div class="strip" role="group" aria-label={strip.bus}>
      <strong>{strip.bus}</strong>
      <Level value={level?.peak_left ?? 0} label={`${strip.bus} left`} />
      <Level value={level?.peak_right ?? 0} label={`${strip.bus} right`} />
      <label>Gain <span>{known ? `${dbText(gain)} dB` : '–'}</span>
        <input type="range" disabled={!known} min="0" max="2" step="0.01" value={gain} onInput={event => put({ gain: Number(event.currentTarget.value) })} /></label>
      <label>Pan
        <input type="range" disabled={!known} min="-1" max="1" step="0.05" value={strip.pan ?? 0} onInput={event => put({ pan: Number(event.currentTarget.value) })} /></label>
      <span class="buttons">
        <button disabled={!known} data-says="mute" aria-pressed={strip.mute ?? false} onClick={() => put({ mute: !strip.mute })}>Mute</button>
        <button disabled={!known} data-says="solo" aria-pressed={strip.solo ?? false} onClick={() => put({ solo: !strip.solo })}>Solo</button>
      </span>
      {CAN_SEND.includes(strip.bus as channel) && (['reverb', 'delay'] as const).map(to => (
        <label key={to}>{to === 'reverb' ? 'Reverb' : 'Delay'}
          <input type="range" disabled={!known} min="0" max="1" step="0.01" value={strip[`${to}_send`] ?? 0} onInput={event => put({ [`${to}_send`]: Number(event.currentTarget.value) })} /></label>
      ))}
      {HAS_PORTS.includes(strip.bus as channel) && (
        <span class="buttons">
          <button disabled={!known} aria-pressed={strip.apart ?? false} title="Only at its own ports, not at main" onClick={() => put({ apart: !strip.apart })}>Apart</button>
          <button disabled={!known} aria-pressed={strip.pfl ?? false} title="Pre-fader listen" onClick={() => put({ pfl: !strip.pfl })}>PFL</button>
        </span>
      )}
      {hasInsert(strip.bus as channel) && <Insert of={strip.bus as channel} now={insert} known={insertsKnown} again={insertsAgain} />}
    </div>
  )
}

function Mixer() {
  const [mixer, again] = usePolled(() => ask('audio.mixer', {}, 2000), 2000)
  const [levels, known] = useMeters()
  const [inserts, insertsAgain] = usePolled(() => ask('audio.inserts', {}, 2000), 2000)
  useEffect(() => listen('audio.insert_changed', insertsAgain), [])
  const strips = mixer?.strips ?? channel_words.map(bus => ({ bus }) as mixer_strip)
  const order = (one: mixer_strip) => channel_words.indexOf(one.bus as channel)
  return (
    <section aria-label="Mixer" class="mixer" data-live={known}>
      {[...strips].sort((a, b) => order(a) - order(b)).map(strip => (
        <Strip key={strip.bus} strip={strip} known={mixer !== undefined} level={levels.get(strip.bus)} again={again}
          insert={inserts?.each?.find(one => one.channel === strip.bus)} insertsKnown={inserts !== undefined} insertsAgain={insertsAgain} />
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
    <section aria-label="Record" class="recorder wide">
      <h2>Record</h2>
      <p class="buttons">
        <button class="record" disabled={!takes || running !== undefined} onClick={() => run(ask('streamer.record', {}, 20000), 'Recording')}>● Record</button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_stop', {}, 60000), 'Take')}>■ End the take</button>
        <button disabled={!running} onClick={() => run(ask('streamer.record_cancel', {}, 20000), 'Abandoned')}>Abandon</button>
      </p>
      <Growing key={running ? idText(running.id) : ''} take={running} />
      <Cut takes={takes?.each?.filter(one => one.failure && one !== running) ?? []} />
    </section>
  )
}

/** Takes that ended early, until they are removed: a person learns what is missing, also after a restart. */
function Cut({ takes }: { takes: recording[] }) {
  return takes.length === 0 ? null : (
    <ul aria-label="Takes that ended early">
      {takes.map(take => (
        <li key={idText(take.id)}>{clean(take.name)} ended early, after {lengthText(num(take.frames) / (num(take.rate) || 1))}: {clean(take.failure)}</li>
      ))}
    </ul>
  )
}

const signed = (bytes: Uint8Array) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)

/** Draws a take over the whole canvas; frames whose level is unknown are shown by a line. */
function drawGrowing(canvas: HTMLCanvasElement, of: waveform_so_far) {
  const wave: Wave = { low: signed(of.low), high: signed(of.high) }
  drawWave(canvas, [wave])
  const unknown = num(of.from) / num(of.frames_a_bin) / wave.low.length
  const to = canvas.getContext('2d')!
  to.globalAlpha = 0.3
  for (let x = 0; x < unknown * canvas.width; x += 8) to.fillRect(x, canvas.height / 4, 2, canvas.height / 2)
  to.globalAlpha = 1
}

/** The take that grows: its waveform from its begin on, and its length. Without one, its place. */
function Growing({ take }: { take: recording | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [got, setGot] = useState<waveform_so_far>()
  const id = take ? idText(take.id) : ''
  useEffect(() => listen('streamer.take_progress', body => {
    if (body.peaks && idText(body.take.id) === id) setGot(body.peaks)
  }), [id])
  useEffect(() => { if (got && canvas.current) drawGrowing(canvas.current, got) }, [got])
  return (
    <>
      <canvas ref={canvas} class="growing" role="img" aria-label={take ? 'Waveform of the take' : 'No take'} data-bins={got?.low.length ?? 0} />
      <p>{take ? `${clean(take.name)} · ${lengthText(num(take.frames) / (num(take.rate) || 1))} · ${counted(num(take.lost), 'frame')} lost` : 'The two inputs are recorded into the open project.'}</p>
      <p class="path">{take && pathText(take.path)}</p>
    </>
  )
}

export function Sound() {
  return (
    <main class="panels" tabIndex={-1}>
      <h1 class="unseen">Sound</h1>
      <Mixer />
      {!isFar && <Record />}
      <Pads />
      <Pattern />
      <Slots />
      <Song />
      <PatternLibrary />
      {!isFar && <Learn />}
    </main>
  )
}
