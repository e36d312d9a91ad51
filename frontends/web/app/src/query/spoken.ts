// What a person means by words like `loop 120 bpm a minor`, as a query.

const FLATS: Record<string, string> = { Db: 'C#', Eb: 'D#', Gb: 'F#', Ab: 'G#', Bb: 'A#' }
const AROUND = 2 // beats a minute on each side of a tempo that was named

function keyOf(tone: string, sign: string, mode: string): string {
  const name =
    tone.toUpperCase() +
    sign
      .replace('♯', '#')
      .replace('♭', 'b')
      .replace(/^ ?sharp$/i, '#')
      .replace(/^ ?flat$/i, 'b')
  return `key:${FLATS[name] ?? name}${/^min|^m$/.test(mode) ? 'm' : ''}`
}

const MEANINGS: [RegExp, (...parts: string[]) => string][] = [
  [
    /(?<!\S)(?:near|around|about|at)?\s*(\d{2,3})(?:\.\d+)?\s*(?:bpm|beats a minute)(?!\S)/gi,
    (_, bpm) => ` bpm:${Number(bpm) - AROUND}..${Number(bpm) + AROUND} `,
  ],
  [
    /(?<!\S)(?:in\s+)?([a-g])(#|♯|b|♭| sharp| flat)?\s*-?\s*(minor|min|major|maj)(?!\S)/gi,
    (_, tone, sign, mode) => ` ${keyOf(tone!, sign ?? '', mode!.toLowerCase())} `,
  ],
  [/(?<!\S)loops?(?!\S)/gi, () => ' is:loop '],
  [/(?<!\S)one[- ]?shots?(?!\S)/gi, () => ' is:oneshot '],
  [/(?<!\S)fav(?:ou?rites?|s)?(?!\S)/gi, () => ' is:favourite '],
]

/** The query that such words mean; undefined if they are none of these words. Quoted texts and clauses stay as they
 * are. */
export function meant(query: string): string | undefined {
  if (query.includes('"')) return undefined
  const to = MEANINGS.reduce((text, [words, clause]) => text.replace(words, clause), query)
    .trim()
    .replace(/\s+/g, ' ')
  return to === query.trim() ? undefined : to
}
