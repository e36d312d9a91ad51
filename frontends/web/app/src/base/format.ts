// Texts for people: ids, paths, lengths, times. One way each.
import type { Whole, fact, item } from 'loophole'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const utf8 = new TextDecoder()

/** The 26 characters of a ULID. */
export function idText(id: Uint8Array): string {
  let text = '',
    bits = 0,
    count = 2 // 26 characters have two bits more than 16 bytes
  for (const byte of id) {
    bits = (bits << 8) | byte
    for (count += 8; count >= 5; text += CROCKFORD[(bits >> count) & 31]) count -= 5
    bits &= (1 << count) - 1
  }
  return text
}

/** The 16 bytes of a ULID's 26 characters; undefined if it is none. */
export function idBytes(text: string): Uint8Array | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)) return undefined
  let number = 0n
  for (const char of text) number = (number << 5n) | BigInt(CROCKFORD.indexOf(char))
  const bytes = new Uint8Array(16)
  for (let i = 15; i >= 0; i--) {
    bytes[i] = Number(number & 255n)
    number >>= 8n
  }
  return bytes
}

/** A whole number as a double: exact below 2^53. */
export const num = (value: Whole | undefined): number => Number(value ?? 0)

/** A time of the engine, as this browser writes times. */
export const timeText = (us: number): string => new Date(us / 1000).toLocaleString()

/** A count with its noun: "1 item", "2,000 items". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** Foreign text without control characters and without marks that turn the direction of text. */
export const clean = (text: string): string =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')

export const pathText = (path: Uint8Array): string => clean(utf8.decode(path))

export function lengthText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(2)} s`
  const whole = Math.floor(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (parts[0] === 0) parts.shift()
  return parts.map((part, i) => (i ? String(part).padStart(2, '0') : String(part))).join(':')
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024
    unit++
  }
  return `${bytes.toFixed(unit && bytes < 100 ? 1 : 0)} ${units[unit]}`
}

export function microsText(us: number): string {
  if (us < 1000) return `${us.toFixed(0)} µs`
  return us < 1e6 ? `${(us / 1000).toFixed(us < 1e4 ? 2 : 1)} ms` : `${(us / 1e6).toFixed(1)} s`
}

export const factOf = (of: item, attribute: string): fact | undefined =>
  of.facts?.find(one => one.attribute === attribute && one.shown)

export const factText = (of: item, attribute: string): string => {
  const fact = factOf(of, attribute)
  return fact?.text ?? (fact?.number === undefined ? '' : String(Math.round(fact.number * 100) / 100))
}

/** The source of a fact, for a person who wonders where a value comes from. */
export function sourceOf(of: item, attribute: string): string {
  const fact = factOf(of, attribute)
  if (!fact) return ''
  const from = {
    user: 'stated by a person',
    file: 'from the file',
    composer: 'from the composer',
    analysis: 'analysed',
  }[fact.source]
  return fact.source === 'analysis'
    ? `${attribute}: ${from}, ${Math.round(fact.confidence * 100)} % confidence`
    : `${attribute}: ${from}`
}

export const seconds = (of: item): number => {
  const rate = num(of.media.sample_rate)
  return rate ? num(of.media.frames) / rate : 0
}

export const METER_LEAST_DB = -60

/** The place of a level on a meter: 0 at METER_LEAST_DB and below, 1 at full scale and above. */
export const meterPart = (linear: number): number =>
  Math.max(0, Math.min(1, 1 - (20 * Math.log10(Math.max(linear, 1e-6))) / METER_LEAST_DB))

/** The same in dB, for a screen reader. */
export const meterDb = (linear: number): number => Math.round((1 - meterPart(linear)) * METER_LEAST_DB)

export const dbText = (linear: number): string => (linear > 0.00001 ? (20 * Math.log10(linear)).toFixed(1) : '-∞')

/** The parts of a text that a person separated by commas. */
export const partsOf = (typed: string) =>
  typed
    .split(',')
    .map(one => one.trim())
    .filter(Boolean)
