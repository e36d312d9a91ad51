// A value that components follow.
import { createElement, type Component, type FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

export class Cell<T> {
  private followers = new Set<() => void>()
  constructor(public value: T) {}

  set(value: T) {
    if (Object.is(value, this.value)) return
    this.value = value
    ;[...this.followers].forEach(call => call())
  }

  /** Calls back after each change; returns what ends that. */
  follow(call: () => void): () => void {
    this.followers.add(call)
    return () => {
      this.followers.delete(call)
    }
  }
}

/** The value of the cell, or a part of it; the component is drawn again when that changes. */
export function useCell<T>(cell: Cell<T>): T
export function useCell<T, Part>(cell: Cell<T>, pick: (value: T) => Part): Part
export function useCell<T, Part>(cell: Cell<T>, pick?: (value: T) => Part): T | Part {
  const [, redraw] = useState(0)
  const picked = () => (pick ? pick(cell.value) : cell.value)
  const drawn = useRef({ value: picked(), picked })
  drawn.current = { value: picked(), picked }
  useEffect(() => {
    const look = () => {
      if (!Object.is(drawn.current.value, drawn.current.picked())) redraw(n => n + 1)
    }
    look() // it may have changed after it was drawn, before this follows it
    return cell.follow(look)
  }, [cell])
  return drawn.current.value
}

/** The component, drawn again only when one of its properties is another one. */
export function kept<Props extends object>(of: FunctionComponent<Props>): FunctionComponent<Props> {
  return function (this: Component<Props>, props) {
    this.shouldComponentUpdate = next =>
      (Object.keys(next) as (keyof Props)[]).some(name => !Object.is(next[name], this.props[name]))
    return createElement(of, props)
  }
}

/** Calls `load` when `deps` change, and again after each change of the cell. A call under way is awaited first, so that
 * changes without end do not keep the page from showing any. */
export function useLoaded(load: (signal: AbortSignal) => Promise<unknown>, changed: Cell<unknown>, deps: unknown[]) {
  useEffect(() => {
    const control = new AbortController()
    let loading = false
    let again = false
    const round = async () => {
      again = true
      if (loading) return
      loading = true
      while (again && !control.signal.aborted) {
        again = false
        await load(control.signal).catch(() => undefined)
      }
      loading = false
    }
    round()
    const end = changed.follow(round)
    return () => {
      end()
      control.abort()
    }
  }, deps)
}
