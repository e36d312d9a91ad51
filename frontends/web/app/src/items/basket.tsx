// Out to other programs: the basket, a folder of links that any file browser shows, and downloads.
import type { basket } from 'loophole'
import { Cell, useCell } from '../base/cell'
import { counted, idBytes, num, pathText } from '../base/format'
import { chosen } from './list'
import { itemOf } from './result'
import { complain, say, selected, view } from '../base/state'
import { ask, read } from '../connection/wire'

const BUDGET_MS = 30000
const TOGETHER = 1000
const ZIP_MOST = 100

/** What the basket held when it was last asked. */
export const inBasket = new Cell<basket | undefined>(undefined)

/** Adds as many at a time as one ask may name. */
async function addAll(ids: Uint8Array[]) {
  const done = { added: 0, present: 0, refused: [] as string[] }
  for (let at = 0; at < ids.length; at += TOGETHER) {
    const got = await ask('web.basket_add', { ids: ids.slice(at, at + TOGETHER) }, BUDGET_MS)
    done.added += num(got.added)
    done.present += num(got.present)
    done.refused.push(...(got.refused ?? []))
    inBasket.set(got)
  }
  return done
}

export async function addToBasket() {
  const ids = chosen().map(id => idBytes(id)!)
  if (!ids.length) return complain(new Error('No item is chosen: choose some in the table first'))
  try {
    const { added, present, refused } = await addAll(ids)
    const why = refused.length ? ` Without a link: ${refused.length}; the first: ${refused[0]}` : ''
    say(`Into the basket: ${added} new, ${present} there already, ${inBasket.value?.each?.length ?? 0} in all.${why}`)
  } catch (error) {
    complain(error)
  }
}

export async function clearBasket() {
  try {
    inBasket.set(await ask('web.basket_clear', {}, BUDGET_MS))
    say('The basket is empty. The sounds stay.')
  } catch (error) {
    complain(error)
  }
}

export const lookIntoBasket = () => ask('web.basket', {}, BUDGET_MS).then(got => inBasket.set(got), complain)

export async function copyText(text: string, what: string) {
  try {
    await navigator.clipboard.writeText(text)
    say(`${what} is on the clipboard.`)
  } catch (error) {
    complain(error)
  }
}

/** Shows the file of the current item in the file manager of the machine. */
export const reveal = () =>
  view.value.at
    ? ask('web.reveal', { id: idBytes(view.value.at)! }, BUDGET_MS).then(
        () => say('The file manager shows the file.'),
        complain,
      )
    : complain(new Error('No item is current: choose one first'))

const zipOf = (ids: string[]) => ({ href: `/zip?ids=${ids.join()}`, download: 'loophole.zip' })
const fileOf = (id: string, path: string) => ({ href: `/media/${id}`, download: path.split('/').at(-1) || 'sound' })

async function fileOfItem(id: string) {
  const of = itemOf(id) ?? (await read('search.get', { id: idBytes(id) }, AbortSignal.timeout(BUDGET_MS))).item
  return fileOf(id, pathText(of.path))
}

/** Downloads a zip of the chosen items; one item as it is. A link, because an address would replace the page. */
export async function download() {
  const ids = chosen()
  if (!ids.length) return complain(new Error('No item is chosen: choose some in the table first'))
  if (ids.length > ZIP_MOST)
    return complain(new Error(`${ids.length} items are too many for one archive: select at most ${ZIP_MOST}`))
  try {
    Object.assign(document.createElement('a'), ids.length > 1 ? zipOf(ids) : await fileOfItem(ids[0]!)).click()
  } catch (error) {
    complain(error)
  }
}

/** For the item of the details; the basket and the archive are for the selected items. */
export function Out({ id, path }: { id: string; path: string }) {
  const file = fileOf(id, path)
  const got = useCell(inBasket)
  const ids = selected.value.size > 1 ? chosen() : [id]
  return (
    <details
      class="out"
      onToggle={event => {
        if (event.currentTarget.open) lookIntoBasket()
      }}
    >
      <summary>Into another program</summary>
      <div class="buttons">
        <button onClick={() => copyText(path, 'The path')} disabled={!path}>
          Copy path
        </button>
        <button onClick={reveal} disabled={!path}>
          Show in the file manager
        </button>
        <button onClick={addToBasket} title="A link in a folder that any DAW's file browser shows (b)">
          Into the basket
        </button>
        {ids.length < 2 ? (
          <>
            <a class="button" {...file}>
              Download
            </a>{' '}
            <a class="button" href={`${file.href}?as=wav`} download={`${file.download.replace(/\.[^.]*$/, '')}.wav`}>
              As WAV
            </a>
          </>
        ) : ids.length <= ZIP_MOST ? (
          <a class="button" {...zipOf(ids)}>
            {counted(ids.length, 'item')} as zip
          </a>
        ) : (
          <span class="quiet">A zip has at most {ZIP_MOST} items.</span>
        )}
      </div>
      {got && (
        <>
          <p>{counted(got.each?.length ?? 0, 'link')} in the basket.</p>
          <p class="path">{pathText(got.folder)}</p>
          <div class="buttons">
            <button onClick={() => copyText(pathText(got.folder), 'The folder')}>Copy the folder</button>
            <button disabled={!got.each?.length} onClick={clearBasket}>
              Clear the basket
            </button>
          </div>
        </>
      )}
    </details>
  )
}
