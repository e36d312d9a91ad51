// What is hit, whoever plays: its pad, its row and its point of the map flash, the harder the brighter.
import type { sound_hit } from 'loophole'
import { useEffect, useRef } from 'preact/hooks'
import { num } from '../base/format'
import { listen } from './wire'

const FLASH_MS = 160
const GROWN = 2.2 // a point, at the end of its flash
const isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches

function useHits(take: (of: sound_hit) => void) {
  const now = useRef(take)
  now.current = take
  useEffect(
    () =>
      listen('audio.hits', of => {
        if (!isCalm()) of.each?.forEach(one => now.current(one))
      }),
    [],
  )
}

/** The element flashes with each hit of the pad or row of this number. */
export function useFlash<E extends HTMLElement>(what: 'pad' | 'row', number: number) {
  const light = useRef<E>(null)
  useHits(of => {
    if (of[what] !== undefined && num(of[what]) === number)
      light.current?.animate([{ opacity: 0.25 + 0.65 * of.velocity }, { opacity: 0 }], FLASH_MS)
  })
  return light
}

/** A point flashes in the element, at the place of the hit's item; undefined: it has none. */
export function useSparks(placeOf: (id: Uint8Array) => [number, number] | undefined) {
  const plane = useRef<HTMLDivElement>(null)
  useHits(of => {
    const at = of.id && placeOf(of.id)
    if (!at || !plane.current) return
    const spark = document.createElement('i')
    spark.className = 'spark'
    spark.style.translate = `${at[0]}px ${at[1]}px`
    plane.current.append(spark)
    spark
      .animate(
        [
          { opacity: 0.35 + 0.65 * of.velocity, scale: 1 },
          { opacity: 0, scale: GROWN },
        ],
        2 * FLASH_MS,
      )
      .finished.finally(() => spark.remove())
  })
  return plane
}
