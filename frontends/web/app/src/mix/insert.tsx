// The insert of a channel or of the master: another JACK client that its sound goes through, how late it comes back, and
// why it is away.
import type { chain_state, channel } from 'loophole'
import { useState } from 'preact/hooks'
import { clean, num } from '../format'
import { complain, say } from '../state'
import { ask } from '../wire'

const BUDGET_MS = 5000

export const hasInsert = (of: channel) => of !== 'preview'

const stateOf = (now: chain_state | undefined) => (!now ? 'none' : now.made ? `${num(now.latency)} frames later` : 'is away')

export function Insert({ of, now, known, again }: { of: channel; now: chain_state | undefined; known: boolean; again: () => void }) {
  const [typed, setTyped] = useState('')
  const put = (to: string, text: string) =>
    ask('audio.insert', { channel: of, to }, BUDGET_MS).then(() => { setTyped(''); say(text) }, complain).then(again)
  return (
    <div class="insert" role="group" aria-label={`Insert of ${of}`}>
      <label>Insert <output>{known ? stateOf(now) : '–'}</output>
        <input type="text" value={typed} placeholder="reverb:in_1,in_2" title="The inputs of a JACK client: CLIENT:LEFT,RIGHT" onInput={event => setTyped(event.currentTarget.value)} /></label>
      <span class="buttons">
        <button disabled={!known || !typed.trim()} onClick={() => put(typed.trim(), `${of} goes through ${typed.trim()}.`)}>Set</button>
        <button disabled={!now} onClick={() => put('', `${of} has no insert.`)}>Remove</button>
      </span>
      {now && <p class="path">{clean(now.to)}{!now.made && `: ${clean(now.why)}`}</p>}
    </div>
  )
}
