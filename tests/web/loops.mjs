// loops.mjs: claims of project_test.py about the loops of the keys F1 to F12.
import { renameSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { check_axe, json, loophole, open, until } from './browser.mjs'

const show = key => json('loop', 'show', key)[0]
const file = () => `${process.env.MUSIC}/count.wav`
const voices = () => json('ask', 'streamer.voices')[0].each

/** The card of a key, and what it says of its state. */
const card = (page, key) => page.getByRole('group', { name: `Loop ${key}`, exact: true })
const shows = (page, key, state) =>
  until(`the page shows ${key} as ${state}`, async () => (await card(page, key).getAttribute('data-state')) === state)
const live = page => page.locator('section[aria-label=Loops][data-live=true]').waitFor()

/** Silences all, and leaves no loop. */
function clear() {
  loophole('ask', 'streamer.stop')
  loophole('loop', 'stop', 'all')
  for (const one of json('loop', 'list')) {
    const key = `F${one.fkey - 1073741881}`
    loophole('loop', 'lock', key, '--off')
    loophole('loop', 'delete', key)
  }
}

/** Until so much has been captured that a press can end the capture: 256 frames, also if the audio clock stands for a
 * while. */
function untilLongEnough() {
  const now = () => json('ask', 'audio.transport')[0].frame
  const begun = now()
  return until('the audio clock goes on', () => now() > begun + 4800)
}

/** A capture whose voice did not play on is taken back: then the key is pressed again. */
async function capture(page, key) {
  await until(`${key} has a loop`, async () => {
    if (!voices().some(one => one.group === 'streams')) loophole('play', file(), '--loop', '--from', '1')
    await page.keyboard.press(key)
    await until(`the engine captures ${key}`, () => show(key).state === 'capturing')
    await shows(page, key, 'capturing')
    await untilLongEnough()
    await page.keyboard.press(key)
    await until('the press is answered', () => show(key).state !== 'capturing')
    return show(key).state === 'stopped'
  })
  await shows(page, key, 'stopped')
}

export const loops = {
  async a_keyboard_alone_captures_plays_locks_and_deletes_loops(browser) {
    clear()
    const page = await open(browser, '#q=count')
    await page.keyboard.press('Alt+-') // away from the query line, where Backspace is of the text
    await live(page)
    await capture(page, 'F5') // which would load the page again
    const pause = page.getByRole('button', { name: 'Pause all' })
    await pause.press('Enter')
    await until('the voice is paused', () => voices()[0].state === 'paused')
    await page.getByRole('button', { name: 'Pause all', pressed: true }).press('Enter')
    await until('it goes on', () => voices()[0].state === 'playing')
    loophole('ask', 'streamer.stop')
    const first = show('F5')
    assert.equal(first.music_context.source_video_id, json('show', file())[0].id)
    await page.getByLabel('Follow the tempo').check()
    await page.keyboard.press('F5')
    await until('it plays', () => show('F5').state === 'playing')
    await shows(page, 'F5', 'playing')
    const turn = card(page, 'F5').getByRole('progressbar')
    const part = () => turn.evaluate(of => of.firstChild.getBoundingClientRect().width)
    const before = await part()
    await until('its turn goes on', async () => (await part()) !== before)
    await page.keyboard.press('F5')
    await shows(page, 'F5', 'stopped')
    assert.equal(show('F5').state, 'stopped')

    await page.keyboard.press('Control+F5')
    await until('it is locked', () => show('F5').locked)
    await card(page, 'F5').getByRole('button', { name: 'Lock F5', pressed: true }).waitFor()
    await page.keyboard.down('Backspace')
    await page.keyboard.press('F5')
    await page.keyboard.up('Backspace')
    await until('the refusal is shown', async () =>
      (await page.locator('.remark').innerText()).includes('loop F5 is locked'),
    )
    assert.equal(show('F5').state, 'stopped')
    await page.keyboard.press('Control+F5')
    await until('it is not locked', () => !show('F5').locked)

    loophole('play', file(), '--loop', '--from', '1')
    await page.keyboard.press('Shift+F5')
    await shows(page, 'F5', 'capturing')
    await untilLongEnough()
    await page.keyboard.press('Shift+F5')
    await shows(page, 'F5', 'stopped')
    loophole('ask', 'streamer.stop')
    await page.keyboard.down('Backspace')
    await page.keyboard.press('F5')
    await page.keyboard.up('Backspace')
    await until('it is deleted', () => show('F5').state === 'empty')
    await shows(page, 'F5', 'empty')
    await page.keyboard.press('Control+z')
    await until('undo brings it back', () => show('F5').state === 'stopped')
    await shows(page, 'F5', 'stopped')
    await page.keyboard.press('Alt+1')
    await page.locator('.row').first().waitFor()
    assert.equal(page.loads, 1, 'no key loaded the page again')
    return page
  },

  async follow_the_tempo_is_part_of_each_play(browser) {
    clear()
    const { id } = json('show', file())[0]
    const body = {
      // hits do not follow a tempo: the engine says so
      fkey: 1073741887,
      duration: 1,
      actions: '0.0 hit 3 1.0\n',
      music_context: { source_video_id: id, start_frame: 0, end_frame: 48000, rate: 48000 },
    }
    loophole('ask', 'project.put', 'kind=loop', `body=${JSON.stringify(body)}`)
    const page = await open(browser, '#mode=loops')
    await live(page)
    const follow = page.getByLabel('Follow the tempo')
    await shows(page, 'F6', 'stopped')
    for (const press of [
      () => page.keyboard.press('F6'),
      () => page.getByRole('button', { name: 'Play all loops' }).click(),
    ]) {
      await follow.check()
      await press()
      await page.locator('.remark.bad', { hasText: 'loop F6 hits pads, and cannot follow the tempo' }).waitFor()
      assert.equal(show('F6').state, 'stopped')
      await follow.uncheck()
      await press()
      await shows(page, 'F6', 'playing')
      loophole('loop', 'stop', 'all')
      await shows(page, 'F6', 'stopped')
    }
    return page
  },

  async a_loop_shows_what_it_holds_and_a_placeholder_why_it_is_silent(browser) {
    clear()
    const page = await open(browser, '#mode=loops')
    await live(page)
    await capture(page, 'F2')
    loophole('ask', 'streamer.stop')
    const { start_frame, rate } = show('F2').music_context
    const of = card(page, 'F2')
    await until('it names its sound and part', async () =>
      (await of.locator('.of').innerText()).startsWith(`count, ${(start_frame / rate).toFixed(2)} s to `),
    )
    await of.getByRole('slider').focus()
    await page.keyboard.press('Home')
    await until('the engine has the volume', () => show('F2').volume === 0)
    loophole('loop', 'volume', 'F2', '1.0')
    await until('the page has that of the command', async () => (await of.locator('output').innerText()) === '0.0 dB')
    renameSync(file(), `${file()}.away`)
    loophole('library', 'rescan', '--wait')
    await until('it is a placeholder', async () => (await of.getAttribute('data-placeholder')) !== null)
    assert.equal(await of.getAttribute('data-placeholder'), show('F2').placeholder)
    assert.equal(await of.evaluate(one => getComputedStyle(one).borderStyle), 'dashed')
    await page.keyboard.press('F2')
    await until('a press says why it is silent', async () =>
      (await page.locator('.remark').innerText()).includes('the sound of loop F2 cannot be read'),
    )
    await check_axe(page)
    renameSync(`${file()}.away`, file())
    loophole('library', 'rescan', '--wait')
    await until('it is whole again', async () => (await of.getAttribute('data-placeholder')) === null)
    await page.keyboard.press('F2')
    await shows(page, 'F2', 'playing')
    await page.getByRole('button', { name: 'Stop all loops' }).click()
    await shows(page, 'F2', 'stopped')
    return page
  },
}
