// A column of rows of which only those on the screen exist. A browser cannot scroll more than some millions of pixels:
// beyond, a pixel of the bar stands for several rows, and the wheel goes by rows.
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'

const TALLEST = 8_000_000

export interface Rows {
  first: number
  count: number
  height: number
  top: number
  onScroll: () => void
  onWheel: (event: WheelEvent) => void
  reveal: (row: number) => void
}

/** The rows in the element that scrolls. */
export function useRows(total: number, rowHeight: number, ref: { current: HTMLElement | null }): Rows {
  const [first, setFirst] = useState(0)
  const [seen, setSeen] = useState(30)
  const count = Math.ceil(seen) + 1
  const full = total * rowHeight
  const height = Math.min(full, TALLEST)
  const most = Math.max(0, total - Math.floor(seen))
  const scale = full <= TALLEST ? 1 / rowHeight : most / Math.max(1, height - seen * rowHeight)

  useEffect(() => {
    const measure = () => {
      if (ref.current) setSeen(Math.max(1, ref.current.clientHeight / rowHeight))
    }
    const watch = new ResizeObserver(measure)
    if (ref.current) watch.observe(ref.current)
    measure()
    return () => watch.disconnect()
  }, [rowHeight])
  useLayoutEffect(() => {
    if (first > most) setFirst(most)
  }, [most])

  const onScroll = () => {
    if (ref.current) setFirst(Math.max(0, Math.min(most, Math.floor(ref.current.scrollTop * scale))))
  }
  const scrollTo = (row: number) => {
    if (ref.current) ref.current.scrollTop = Math.max(0, row / scale)
  }
  const onWheel = (event: WheelEvent) => {
    if (full <= TALLEST || !event.deltaY) return
    event.preventDefault()
    scrollTo(first + Math.sign(event.deltaY) * Math.max(1, Math.round(Math.abs(event.deltaY) / rowHeight)))
  }
  const reveal = (row: number) => {
    if (row < first) scrollTo(row)
    else if (row > first + seen - 2) scrollTo(row - Math.floor(seen) + 2)
  }
  const top = full <= TALLEST ? first * rowHeight : (ref.current?.scrollTop ?? 0)
  return { first, count: Math.min(count, Math.max(0, total - first)), height, top, onScroll, onWheel, reveal }
}

/** The width of an element, known before the first paint. */
export function useWidth(ref: { current: HTMLElement | null }, atFirst = Infinity): number {
  const [width, setWidth] = useState(atFirst)
  useLayoutEffect(() => {
    const measure = () => setWidth(ref.current!.clientWidth)
    const watch = new ResizeObserver(measure)
    measure()
    watch.observe(ref.current!)
    return () => watch.disconnect()
  }, [])
  return width
}
