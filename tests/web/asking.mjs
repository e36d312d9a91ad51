// asking.mjs: claims of web_test.py about what the page asks for: names, ranges, directions of likeness, and the session.
import { strict as assert } from 'node:assert'
import { address, giveName, loophole, open, showsTotal, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const savedAs = name => (asked('search.queries', 'limit=100').each ?? []).find(one => one.name === name)?.query

export const asking = {
  async a_browser_whose_session_ended_says_what_to_open(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await page.context().clearCookies()
    loophole('restart', 'web')
    await page.locator('p.count', { hasText: 'open the address that loophole web prints' }).waitFor()
    const other = await page.context().newPage()
    await other.goto(address()) // the browser has a session again
    await showsTotal(page, '')
    assert.equal(page.loads, 1, 'the page was not loaded again')
    return page
  },

  async a_saved_query_is_replaced_only_after_a_question(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    const save = async () => {
      await page.getByRole('button', { name: 'Save', exact: true }).click()
      await giveName(page, 'asked_once')
    }
    await save()
    await until('it is saved', () => savedAs('asked_once') === 'bell')
    await page.locator('dialog.naming:not([open])').waitFor({ state: 'attached' })
    await page.fill('#query', 'drum')
    await showsTotal(page, 'drum')
    await save()
    await page.getByRole('dialog').getByText('asked_once is now: bell').waitFor()
    assert.equal(savedAs('asked_once'), 'bell')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await save()
    await page.getByRole('dialog').getByRole('button', { name: 'Replace it' }).click()
    await until('it is replaced', () => savedAs('asked_once') === 'drum')
    return page
  },

  async letters_after_ctrl_k_reach_the_palette(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await page.locator('.row.at').waitFor()
    await page.evaluate(() => { // as a quick hand does it: the page draws nothing between the two keys
      const press = (of, key, more) => of.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
      press(document.activeElement, 'k', { ctrlKey: true })
      return Promise.resolve().then(() => { globalThis.reached = document.activeElement.getAttribute('aria-label') })
    })
    assert.equal(await page.evaluate(() => globalThis.reached), 'Command')
    return page
  },

  async pads_keep_their_names_after_a_restart_of_the_streamer(browser) {
    loophole('pads', 'set', '0', 'sound=perc_bell')
    const page = await open(browser, '#mode=sound')
    const pad = page.locator('section[aria-label=Pads] .pad').first()
    await pad.filter({ hasText: 'perc_bell' }).waitFor()
    loophole('restart', 'streamer')
    await until('the streamer has the sound without its path', () => (asked('streamer.sounds').each ?? []).some(one => one.path === ''))
    await page.reload()
    await pad.filter({ hasText: 'perc_bell' }).waitFor()
    loophole('pads', 'clear', '0')
    return page
  },
}
