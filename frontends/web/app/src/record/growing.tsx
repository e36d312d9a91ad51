// The waveform of a take while it grows.
import type { recording, waveform_so_far } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { clean, counted, idText, lengthText, num, pathText } from '../base/format'
import { drawWave, type Wave } from '../sound/waves'
import { listen } from '../connection/wire'

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

function textOf(take: recording | undefined): string {
  if (!take) return 'The waveform of the take grows here.'
  if (take.state === 'waiting') return `${clean(take.name)} waits for its bar.`
  const length = lengthText(num(take.frames) / (num(take.rate) || 1))
  return `${clean(take.name)} · ${length} · ${counted(num(take.lost), 'frame')} lost`
}

/** The take that grows: its waveform from its begin on, and its length. Without one, its place. */
export function Growing({ take }: { take: recording | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [got, setGot] = useState<waveform_so_far>()
  const id = take ? idText(take.id) : ''
  useEffect(
    () =>
      listen('streamer.take_progress', body => {
        if (body.peaks && idText(body.take.id) === id) setGot(body.peaks)
      }),
    [id],
  )
  useEffect(() => {
    if (got && canvas.current) drawGrowing(canvas.current, got)
  }, [got])
  return (
    <>
      <canvas
        ref={canvas}
        class="growing"
        role="img"
        aria-label={take ? 'Waveform of the take' : 'No take'}
        data-bins={got?.low.length ?? 0}
      />
      <p>{textOf(take)}</p>
      <p class="path">{take && pathText(take.path)}</p>
    </>
  )
}
