// The sound: transport, meters, mixer, pads, the pattern as a grid, recording.
import type { recording, waveform_so_far } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePolled } from './cell'
import { useDeleting } from './loops/deleting'
import { clean, counted, idText, lengthText, num, pathText } from './format'
import { Kits } from './kit/kitpanel'
import { Learn } from './mix/learn'
import { Loops } from './loops/looppanel'
import { Mixer } from './mix/mixer'
import { Pattern } from './pattern/patterngrid'
import { PatternLibrary } from './pattern/patternlibrary'
import { Regions } from './loops/regionpanel'
import { Slots } from './pattern/slots'
import { Song } from './pattern/song'
import { complain, say } from './state'
import { drawWave, type Wave } from './waves'
import { ask, isFar, listen } from './wire'

const doing = (promise: Promise<unknown>) => promise.catch(complain)

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
  useDeleting()
  return (
    <main class="panels" tabIndex={-1}>
      <h1 class="unseen">Sound</h1>
      <Kits />
      <Mixer />
      {!isFar && <Record />}
      <Loops />
      <Regions />
      <Pattern />
      <Slots />
      <Song />
      <PatternLibrary />
      {!isFar && <Learn />}
    </main>
  )
}
