// Queries that the engine keeps: saved ones by their names, and the last ones.
import { nameFor } from '../base/naming'
import { complain, say, view } from '../base/state'
import { ask, read } from '../connection/wire'

export const remember = (query: string) => {
  if (query) ask('persist.put_query', { query: { name: '', query } }).catch(() => undefined)
}

const SAVED_MOST = 1000

/** The saved query of this name. */
const savedQuery = async (name: string) =>
  ((await read('search.queries', { limit: SAVED_MOST })).each ?? []).find(one => one.name === name)?.query

export async function keepQuery(query: string) {
  const name = await nameFor('Name of the saved query (a letter, then letters, digits and _)', savedQuery)
  if (!name) return
  try {
    // a query that cannot be asked replaces none that can
    await read('search.query', { query, sort: view.value.sort, limit: 0 })
    await ask('persist.put_query', { query: { name, query, sort: view.value.sort } })
    say(`Saved. @${name} in a query stands for it.`)
  } catch (error) {
    complain(error)
  }
}
