// Finds points of the map, in a worker.
import type { Look } from './mapgl'
import type { Question, Reply } from './mapindex'
import type { MapPoints } from './mappoints'

/** The worker's answers, by the number of their question. A worker that fails answers all questions, also later ones,
 * with no points. */
export class MapSearch {
  private worker = new Worker(new URL('./mapindex.ts', import.meta.url), { type: 'module' })
  private waiting = new Map<number, (hits: number[]) => void>()
  private count = 0
  private failed = false
  constructor(onFail: () => void) {
    this.worker.onmessage = (event: MessageEvent<Reply>) => {
      this.waiting.get(event.data.n)?.(event.data.hits)
      this.waiting.delete(event.data.n)
    }
    this.worker.onerror = this.worker.onmessageerror = () => {
      this.failed = true
      this.waiting.forEach(resolve => resolve([]))
      this.waiting.clear()
      onFail()
    }
  }
  private turned = ''
  take({ count, x, y, z }: MapPoints) {
    this.turned = ''
    this.worker.postMessage({
      kind: 'points',
      x: x.subarray(0, count),
      y: y.subarray(0, count),
      z: z.subarray(0, count),
    } satisfies Question)
  }
  /** Before a question to a map in space. */
  turn({ x, y, turn, tilt }: Look) {
    if (this.turned === [x, y, turn, tilt].join()) return
    this.turned = [x, y, turn, tilt].join()
    this.worker.postMessage({ kind: 'turn', turn: { x, y, turn, tilt } } satisfies Question)
  }
  private ask(question: (n: number) => Question): Promise<number[]> {
    const n = ++this.count
    return this.failed
      ? Promise.resolve([])
      : new Promise(resolve => {
          this.waiting.set(n, resolve)
          this.worker.postMessage(question(n))
        })
  }
  near = (x: number, y: number, within: number, count: number) =>
    this.ask(n => ({ kind: 'near', n, x, y, within, count }))
  lasso = (path: number[]) => this.ask(n => ({ kind: 'lasso', n, path }))
  end() {
    this.worker.terminate()
  }
}
