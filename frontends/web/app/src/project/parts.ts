// The parts of a project, and its clips in groups.
import type { element } from 'loophole'
import { clean, idText } from '../base/format'

export const BUDGET_MS = 60000 // of a change of a project

export interface Part {
  id: string
  kind: string
  body: Record<string, unknown>
}

export function readPart({ id, kind, body }: element): Part {
  try {
    return { id: idText(id), kind, body: JSON.parse(body) }
  } catch {
    return { id: idText(id), kind, body: {} }
  }
}

export const wordOf = (of: Part, key: string): string => {
  const text = of.body[key]
  return typeof text === 'string' ? clean(text) : ''
}

export const numberOf = (of: Part, key: string): number => {
  const value = of.body[key]
  return typeof value === 'number' ? value : 0
}

export const BY = ['track', 'role', 'section'] as const
export type By = (typeof BY)[number]

interface Group {
  name: string
  note: string
  clips: Part[]
}

/** The parts that clips are grouped by, in their own order, and a last group for clips without one. */
export function groupsOf(parts: Part[], by: By): Group[] {
  const kind = by === 'section' ? 'section' : 'track',
    order = by === 'section' ? 'start' : 'order'
  const clips = parts.filter(one => one.kind === 'clip')
  const heads = parts.filter(one => one.kind === kind).sort((a, b) => numberOf(a, order) - numberOf(b, order))
  const clipsOf = (head: Part) => clips.filter(clip => clip.body[kind] === head.id)
  const ofHead = (head: Part): Group => ({
    name: wordOf(head, 'name') || 'without a name',
    note: wordOf(head, 'role'),
    clips: clipsOf(head),
  })
  const ofRole = (role: string): Group => {
    const those = heads.filter(head => wordOf(head, 'role') === role)
    return {
      name: role || 'no role',
      note: those.map(one => wordOf(one, 'name')).join(', '),
      clips: those.flatMap(clipsOf),
    }
  }
  const roles = [...new Set(heads.map(head => wordOf(head, 'role')))].sort()
  const groups = by === 'role' ? roles.map(ofRole) : heads.map(ofHead)
  const left = clips.filter(clip => !heads.some(head => clip.body[kind] === head.id))
  return left.length ? [...groups, { name: `no ${kind}`, note: '', clips: left }] : groups
}
