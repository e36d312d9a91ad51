// Adds a folder of sounds to the library: one whose path is typed, or one that is dropped on the page.
import { pathText } from '../base/format'
import { nameFor } from '../base/naming'
import { complain, say } from '../base/state'
import { ask, isFar } from '../connection/wire'

const BUDGET_MS = 20000
const SCHEME = 'file://'
const PLACES_MOST = 8

/** A file manager copies a folder as its path or as an address, in which %XX is any byte. */
export function pathOf(typed: string): Uint8Array {
  if (!typed.startsWith(SCHEME)) return new TextEncoder().encode(typed)
  const parts = typed.slice(SCHEME.length).split(/(%[0-9a-f]{2})/i)
  return Uint8Array.from(
    parts.flatMap((part, i) => (i % 2 ? [parseInt(part.slice(1), 16)] : [...new TextEncoder().encode(part)])),
  )
}

export function addFolder(typed: string): Promise<void> {
  const path = pathOf(typed.trim())
  return ask('indexer.add_library', { path }, BUDGET_MS).then(
    () => say(`The indexer reads ${pathText(path)}.`),
    complain,
  )
}

const isText = (path: string) => path !== '' && !path.includes('\ufffd')
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'))

/** Where a folder of this name may be: beside the folders of the library, and on each volume but that of the system. */
async function placesOf(name: string): Promise<string[]> {
  const [libraries, volumes] = await Promise.all([
    ask('indexer.libraries', {}, BUDGET_MS),
    ask('availability.volumes', {}, BUDGET_MS),
  ])
  const beside = (libraries.each ?? []).map(one => parentOf(pathText(one.path)))
  const mounts = (volumes.each ?? [])
    .filter(one => one.state === 'here')
    .map(one => pathText(one.volume.mount))
    .filter(mount => mount !== '/')
  return [...new Set([...beside, ...mounts])]
    .filter(isText)
    .map(place => `${place}/${name}`)
    .slice(0, PLACES_MOST)
}

/** A browser gives the name of a dropped folder, but not its path: the person completes it. */
export async function addDropped(name: string) {
  if (isFar)
    throw new Error('Only a page on the engine’s machine adds folders: a dropped folder is one of this machine')
  const path = await nameFor(
    `A browser does not tell where “${name}” is. Complete its path, or paste it from the file manager`,
    undefined,
    { now: name, offered: placesOf(name).catch(() => []) },
  )
  if (path) await addFolder(path)
}
