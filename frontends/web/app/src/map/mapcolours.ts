// The colours of the points of the map, by one of their facts, and what each colour means.
import { classRgb } from '../base/theme'
import type { MapPoints, Values } from './mappoints'

export type Rgb = [number, number, number]
export interface Scale {
  of: (i: number) => Rgb
  legend: { name: string; colour: string }[]
}

const GREY: Rgb = [0.55, 0.55, 0.55]
const LEGEND_MOST = 14

function hue(part: number): Rgb {
  const of = (n: number) => {
    const k = (n + part * 12) % 12
    return 0.55 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1))
  }
  return [of(0), of(8), of(4)]
}
const css = (rgb: Rgb) => `rgb(${rgb.map(one => Math.round(one * 255)).join()})`

function wordScale(count: number, wordOf: (i: number) => string, colourOf?: (word: string) => Rgb): Scale {
  const counts = new Map<string, number>()
  for (let i = 0; i < count; i++) {
    const word = wordOf(i)
    if (word) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(one => one[0])
  const place = new Map(words.map((word, i) => [word, colourOf?.(word) ?? hue((i * 0.618) % 1)]))
  return {
    of: i => place.get(wordOf(i)) ?? GREY,
    legend: words.slice(0, LEGEND_MOST).map(name => ({ name, colour: css(place.get(name)!) })),
  }
}

function numberScale(values: Values): Scale {
  const numbers = values.filter(one => typeof one === 'number').sort((a, b) => a - b)
  const low = numbers[Math.floor(numbers.length * 0.02)] ?? 0,
    high = numbers[Math.floor(numbers.length * 0.98)] ?? 1
  const colour = (value: number) => hue(0.66 * (1 - Math.max(0, Math.min(1, (value - low) / (high - low || 1)))))
  return {
    of: i => {
      const value = values[i]
      return typeof value === 'number' ? colour(value) : GREY
    },
    legend: [0, 0.25, 0.5, 0.75, 1].map(part => {
      const value = low + part * (high - low)
      return { name: value.toFixed(1), colour: css(colour(value)) }
    }),
  }
}

/** By class without values, or else by their numbers or words. */
export function scaleOf(points: MapPoints, values: Values | undefined): Scale {
  if (!values) return wordScale(points.count, i => points.words[points.word[i]!]!, classRgb)
  if (values.some(one => typeof one === 'number')) return numberScale(values)
  return wordScale(points.count, i => String(values[i] ?? ''))
}
