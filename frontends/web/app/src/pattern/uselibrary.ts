// The library of patterns: which of them are shown, and what changes them.
import type { silent_sound } from 'loophole'
import { useState } from 'preact/hooks'
import { num } from '../base/format'
import { usePolled } from '../connection/polled'
import { ask } from '../connection/wire'
import { reportSaid } from '../sound/silent'

export const BUDGET_MS = 20000
export const PAGE = 100

interface Said {
  message: string
  silent?: silent_sound[]
}
export type Run = (promise: Promise<Said>) => void

export interface Which {
  name: string
  folder: string
  tag: string
  recent: boolean
  archived: boolean
  /** Of a rhythm like that of the playing pattern. */
  alike: boolean
}

const load = ({ name, folder, tag, recent, archived, alike }: Which, page: number) =>
  alike
    ? ask('project.similar_patterns', { name: '', file: '' }, 5000)
    : ask(
        'project.list_library',
        {
          genre: '',
          tag: tag.trim(),
          name: name.trim(),
          folder: folder.trim(),
          recent: recent ? PAGE : 0,
          archived,
          offset: page * PAGE,
          limit: PAGE,
        },
        5000,
      )

export function useLibrary() {
  const [which, setWhich] = useState<Which>({
    name: '',
    folder: '',
    tag: '',
    recent: false,
    archived: false,
    alike: false,
  })
  const [page, setPage] = useState(0)
  const choose = (part: Partial<Which>) => {
    setWhich(now => ({ ...now, ...part }))
    setPage(0)
  }
  const [got, again, failed] = usePolled(() => load(which, page), 3000, [which, page], ['project.changed'])
  return {
    which,
    choose,
    page,
    setPage,
    each: got?.each?.slice(0, PAGE) ?? [],
    total: got && num(got.total),
    failed,
    run: (promise: Promise<Said>) => reportSaid(promise).then(again),
  }
}

export type LibraryNow = ReturnType<typeof useLibrary>
