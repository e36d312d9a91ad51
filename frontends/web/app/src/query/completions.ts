// What may complete the query while a person types; of an empty one, the saved queries and the last ones.
import { useEffect, useState } from 'preact/hooks'
import { read } from '../connection/wire'

export const TYPING_MS = 120

/** Saved queries by their names, and the last queries. */
async function earlier(signal: AbortSignal): Promise<string[]> {
  const [saved, last] = await Promise.all([
    read('search.queries', { limit: 5 }, signal),
    read('search.queries', { history: true, limit: 8 }, signal),
  ])
  return [
    ...new Set([...(saved.each ?? []).map(one => `@${one.name}`), ...(last.each ?? []).map(one => one.query)]),
  ].filter(Boolean)
}

export function useCompletions(text: string, open: boolean): string[] {
  const [each, setEach] = useState<string[]>([])
  useEffect(() => {
    const control = new AbortController()
    if (!open) {
      setEach([])
      return
    }
    const load = () =>
      text
        ? read('search.complete', { query: text }, control.signal).then(got => got.each ?? [])
        : earlier(control.signal)
    const timer = setTimeout(
      () =>
        load().then(
          got => setEach(got.slice(0, 10)),
          () => setEach([]),
        ),
      TYPING_MS,
    )
    return () => {
      clearTimeout(timer)
      control.abort()
    }
  }, [text, open])
  return each
}

/** The query after a completion: it replaces the last word. */
export const completed = (text: string, word: string) =>
  word.startsWith(text) ? word : text.slice(0, text.length - (/\S*$/.exec(text)?.[0].length ?? 0)) + word
