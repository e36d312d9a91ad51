// Plays one sound on the audio thread of the browser, so that a busy page makes no gap. Frames are those of the sound,
// at the rate of the context. A part repeats to the frame. A sound that is replaced or stopped fades out, so that it
// does not click.

/** What is to sound: `channels` replace the loaded sound. A sound that repeats goes from `end` back to `begin`. */
export interface Order {
  number: number
  channels?: Float32Array[]
  from: number
  begin: number
  end: number
  repeats: boolean
}
/** Which frame of which order sounds; -1: it has ended. */
export interface Report {
  number: number
  frame: number
}

declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, type: typeof AudioWorkletProcessor): void

const FADE = 128 // frames
const EVERY = 32 // calls from one report to the next

class Sampler extends AudioWorkletProcessor {
  private channels: Float32Array[] = []
  private order: Order | undefined
  private at = 0
  private leaving: { channels: Float32Array[]; at: number; left: number } | undefined
  private calls = 0

  constructor() {
    super()
    this.port.onmessage = (event: MessageEvent<Order | undefined>) => this.take(event.data)
  }

  private take(order: Order | undefined) {
    if (this.order) this.leaving = { channels: this.channels, at: this.at, left: FADE }
    if (order?.channels) this.channels = order.channels
    this.order = order
    this.at = order?.from ?? 0
    if (order) order.end = Math.min(order.end, this.channels[0]?.length ?? 0)
    this.calls = 0
  }

  /** Adds the next frame of what fades out. */
  private fade(output: Float32Array[], i: number) {
    const of = this.leaving!
    output.forEach((to, c) => {
      to[i]! += ((of.channels[Math.min(c, of.channels.length - 1)]?.[of.at] ?? 0) * of.left) / FADE
    })
    of.at++
    if (--of.left === 0) this.leaving = undefined
  }

  private step(order: Order) {
    this.at++
    if (order.repeats && this.at === order.end) this.at = order.begin
    if (this.at < (this.channels[0]?.length ?? 0)) return
    this.order = undefined
    this.port.postMessage({ number: order.number, frame: -1 } satisfies Report)
  }

  process(_: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]!
    for (let i = 0; i < output[0]!.length; i++) {
      const { order } = this
      if (order) {
        output.forEach((to, c) => {
          to[i] = this.channels[Math.min(c, this.channels.length - 1)]?.[this.at] ?? 0
        })
        this.step(order)
      }
      if (this.leaving) this.fade(output, i)
    }
    if (this.order && this.calls++ % EVERY === 0)
      this.port.postMessage({ number: this.order.number, frame: this.at } satisfies Report)
    return true
  }
}

registerProcessor('sampler', Sampler)
