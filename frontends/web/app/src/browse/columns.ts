// The columns of the table: their texts, and which of them a screen has room for.
import type { item } from 'loophole'
import { bytesText, clean, factOf, factText, lengthText, num, pathText, seconds } from '../base/format'
import { START } from '../base/state'

interface Column {
  title: string
  sort?: string
  wide: string
  text: (of: item) => string
  source?: string
  number?: boolean
}

const rounded = (of: item, name: string, digits: number) => factOf(of, name)?.number?.toFixed(digits) ?? ''

export const COLUMNS: Record<string, Column> = {
  name: { title: 'Name', sort: 'name', wide: 'minmax(11.5rem,4fr)', text: of => clean(of.media.name) },
  class: {
    title: 'Class',
    sort: 'class',
    wide: 'minmax(5.9rem,1fr)',
    text: of => factText(of, 'class'),
    source: 'class',
  },
  bpm: { title: 'BPM', sort: 'bpm', wide: '3.6rem', text: of => rounded(of, 'bpm', 1), source: 'bpm', number: true },
  key: { title: 'Key', sort: 'key', wide: '3.6rem', text: of => factText(of, 'key'), source: 'key' },
  length: { title: 'Length', sort: 'duration_s', wide: '4.2rem', text: of => lengthText(seconds(of)), number: true },
  lufs: {
    title: 'LUFS',
    sort: 'lufs',
    wide: '3.4rem',
    text: of => rounded(of, 'lufs', 1),
    source: 'lufs',
    number: true,
  },
  rating: {
    title: 'Rating',
    wide: '5rem',
    text: of => '★'.repeat(Math.max(0, Math.min(5, factOf(of, 'rating')?.number ?? 0))),
  },
  colour: { title: 'Colour', sort: 'colour', wide: '4.5rem', text: of => factText(of, 'colour'), source: 'colour' },
  tags: { title: 'Tags', wide: 'minmax(2.6rem,2fr)', text: of => (of.media.tags ?? []).map(clean).join(' ') },
  pack: { title: 'Pack', sort: 'pack', wide: 'minmax(4.5rem,2fr)', text: of => clean(of.media.pack) },
  title: { title: 'Title', wide: 'minmax(6rem,2fr)', text: of => clean(factText(of, 'title')), source: 'title' },
  artist: {
    title: 'Artist',
    sort: 'artist',
    wide: 'minmax(5rem,1fr)',
    text: of => clean(factText(of, 'artist')),
    source: 'artist',
  },
  album: {
    title: 'Album',
    sort: 'album',
    wide: 'minmax(5rem,1fr)',
    text: of => clean(factText(of, 'album')),
    source: 'album',
  },
  genre: {
    title: 'Genre',
    sort: 'genre',
    wide: 'minmax(5rem,1fr)',
    text: of => clean(factText(of, 'genre')),
    source: 'genre',
  },
  path: { title: 'Path', wide: 'minmax(10rem,4fr)', text: of => pathText(of.path) },
  size: { title: 'Size', wide: '6rem', text: of => bytesText(num(of.media.size)), number: true },
  format: {
    title: 'Format',
    sort: 'format',
    wide: '7rem',
    text: of => `${of.media.container} ${of.media.sample_format}`,
  },
  score: {
    title: 'Near',
    wide: '5rem',
    text: of => of.distance?.toFixed(3) ?? of.score?.toFixed(1) ?? '',
    number: true,
  },
}

/** The width that a column needs at least, in rem. */
const leastOf = (name: string) => Number(/[\d.]+/.exec(COLUMNS[name]!.wide)![0])
const GAP = 0.8
export const leastOfAll = (columns: string[]) => 10 + GAP + columns.reduce((sum, name) => sum + leastOf(name) + GAP, 0)

/** The usual columns without the last ones that a narrow screen has no room for; all that a person chose. */
export function fitting(chosen: string[], width: number): string[] {
  const columns = chosen.filter(name => COLUMNS[name])
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  const fits = [...columns]
  if (columns.join() === START.columns.join()) while (fits.length > 1 && leastOfAll(fits) * rem > width) fits.pop()
  return fits
}
