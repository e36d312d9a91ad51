// alike.mjs: claims of web_test.py about likeness: examples and counter-examples, sounds from outside the library, chips.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { strict as assert } from 'node:assert'
import { json, loophole, names, open, shown, showsTotal, until } from './browser.mjs'

export const alike = {
  async likeness_answers_and_composes(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await page.getByRole('button', { name: 'More like this', exact: true }).click()
    const id = json('search', 'bell')[0].id
    const expected = JSON.parse(loophole('ask', 'search.similar', `like=["${id}"]`, 'query=bell', 'limit=500')).items.map(one => one.media.name)
    await until('the nearest come first', async () => JSON.stringify(await names(page)) === JSON.stringify(expected))
    await page.locator('.likeness input').first().fill('3')
    await page.waitForSelector('.chip >> text=spectrum × 3')
    await page.locator('.row').nth(1).click()
    const other = await page.locator('.row').nth(1).getAttribute('data-id')
    await page.keyboard.press('d')
    await page.waitForSelector('.chip >> text=unlike')
    const less = JSON.parse(loophole('ask', 'search.similar', `like=["${id}"]`, `unlike=["${other}"]`, 'weights.spectrum=3', 'query=bell', 'limit=500'))
      .items.map(one => one.media.name)
    await until('what is nearer to the counter-example is left out', async () => JSON.stringify(await names(page)) === JSON.stringify(less))
    assert.notDeepEqual(less, expected)
    for (const chip of ['spectrum', 'unlike', 'like']) {
      await page.keyboard.press('Backspace')
      await page.waitForSelector(`.chip >> text=/^${chip}/`, { state: 'detached' })
    }
    await showsTotal(page, 'bell')
    await page.keyboard.press('s')
    const facet = page.getByRole('navigation', { name: 'Facets' }).getByRole('button', { name: /^drums/ })
    await facet.click()
    const both = JSON.parse(loophole('ask', 'search.similar', `like=["${other}"]`, 'query=bell family:drums', 'limit=500')).items.map(one => one.media.name)
    await until('a facet limits the nearest', async () => JSON.stringify(await names(page)) === JSON.stringify(both))
    await facet.click()
    await page.locator('.chip >> text=/^like/').click()
    await showsTotal(page, 'bell')
    await page.locator('main .rows').focus()
    await page.keyboard.press('d')
    await page.waitForSelector('.remark.bad >> text=Less like this needs an example first')
    return page
  },

  async a_dropped_file_is_an_example(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    const bytes = readFileSync(process.env.SOUND).toString('base64')
    await page.evaluate(data => {
      const file = new File([Uint8Array.from(atob(data), char => char.charCodeAt(0))], 'dropped.flac')
      const transfer = new DataTransfer()
      transfer.items.add(file)
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    }, bytes)
    await page.waitForSelector('.chip >> text=dropped.flac')
    await until('the items like it are shown', async () => (await names(page)).length > 0 && (await shown(page)) !== null)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Backspace')
    await showsTotal(page, '')
    await page.locator('.outside summary').focus() // by keyboard alone
    for (const key of ['Enter', 'Tab', 'Tab', 'Tab']) await page.keyboard.press(key)
    assert.equal(await page.evaluate(() => document.activeElement.innerText), 'dropped.flac (heard before)')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.chip >> text=dropped.flac')
    await page.reload()
    await showsTotal(page, '')
    await page.setInputFiles('input[type=file]', process.env.SOUND)
    await page.waitForSelector(`.chip >> text=${basename(process.env.SOUND)}`)
    await until('the file comes first', async () => (await names(page))[0] === basename(process.env.SOUND, '.flac'))
    return page
  },

  async the_sound_at_a_jack_port_is_an_example(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    const [item] = json('search', 'ambi_drone')
    loophole('preview', item.id, '--loop')
    await page.locator('.outside summary').click() // by mouse alone
    await page.getByRole('button', { name: 'A JACK port…' }).click()
    await page.getByRole('dialog').getByRole('combobox').fill(`${JSON.parse(loophole('ask', 'audio.server')).client}:preview_left`)
    await page.getByRole('button', { name: 'Listen', exact: true }).click()
    await page.waitForSelector('.chip >> text=like')
    loophole('preview', 'stop')
    await until('the sound comes first', async () => (await names(page))[0] === item.name)
    await page.locator('main .rows').focus()
    await page.keyboard.press('Backspace')
    await showsTotal(page, '')
    await page.reload()
    await showsTotal(page, '')
    await page.locator('.outside summary').click()
    await page.locator('.outside').getByRole('button', { name: 'heard before' }).click()
    await until('what was heard is the example again', async () => (await names(page))[0] === item.name)
    return page
  },
}
