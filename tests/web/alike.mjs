// alike.mjs: claims of web_test.py about likeness: examples and counter-examples, sounds from outside the library,
// chips.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { strict as assert } from 'node:assert'
import { check_axe, json, loophole, mode, names, open, reload, shown, showsTotal, until } from './browser.mjs'

export const alike = {
  async likeness_answers_and_composes(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.locator('.row').first().click()
    await page.getByRole('button', { name: 'More like this', exact: true }).click()
    const id = json('search', 'bell')[0].id
    const expected = JSON.parse(
      loophole('ask', 'search.similar', `like=["${id}"]`, 'query=bell', 'limit=500'),
    ).items.map(one => one.media.name)
    await until('the nearest come first', async () => JSON.stringify(await names(page)) === JSON.stringify(expected))
    await page.locator('.likeness input').first().fill('3')
    await page.waitForSelector('.chip >> text=spectrum × 3')
    const weighed = JSON.parse(
      loophole('ask', 'search.similar', `like=["${id}"]`, 'weights.spectrum=3', 'query=bell', 'limit=500'),
    ).items.map(one => one.media)
    await until(
      'the weight orders them',
      async () => JSON.stringify(await names(page)) === JSON.stringify(weighed.map(one => one.name)),
    )
    const other = weighed[1].id
    await page.locator(`.row[data-id="${other}"]`).click()
    await page.keyboard.press('d')
    await page.waitForSelector('.chip >> text=unlike')
    const less = JSON.parse(
      loophole(
        'ask',
        'search.similar',
        `like=["${id}"]`,
        `unlike=["${other}"]`,
        'weights.spectrum=3',
        'query=bell',
        'limit=500',
      ),
    ).items.map(one => one.media.name)
    await until(
      'what is nearer to the counter-example is left out',
      async () => JSON.stringify(await names(page)) === JSON.stringify(less),
    )
    assert.notDeepEqual(less, expected)
    for (const chip of ['spectrum', 'unlike', 'like']) {
      await page.keyboard.press('Backspace')
      await page.waitForSelector(`.chip >> text=/^${chip}/`, { state: 'detached' })
    }
    await showsTotal(page, 'bell')
    await page.keyboard.press('s')
    const facet = page.getByRole('navigation', { name: 'Facets' }).getByRole('button', { name: /^drums/ })
    await facet.click()
    const both = JSON.parse(
      loophole('ask', 'search.similar', `like=["${other}"]`, 'query=bell family:drums', 'limit=500'),
    ).items.map(one => one.media.name)
    await until('a facet limits the nearest', async () => JSON.stringify(await names(page)) === JSON.stringify(both))
    await facet.click()
    await page.locator('.chip >> text=/^like/').click()
    await showsTotal(page, 'bell')
    await page.locator('main .rows').focus()
    await page.keyboard.press('d')
    await page.waitForSelector('.remark.bad >> text=Less like this needs an example first')
    return page
  },

  async likeness_ends_the_order_and_the_folder_and_is_ordered_by_a_click(browser) {
    const asked = (...args) => JSON.parse(loophole('ask', ...args))
    const folder = `${process.env.LOOPHOLE_HOME}/aside`
    const chip = text => page.locator('.chip', { hasText: text })
    const ids = () => page.locator('.row[data-id]').evaluateAll(all => all.map(of => of.dataset.id))
    const shows = (what, wanted) =>
      until(what, async () => {
        const now = await ids()
        return now.length > 0 && now.every((id, i) => id === wanted[i])
      })
    mkdirSync(folder)
    for (const name of ['one', 'two']) copyFileSync(process.env.SOUND, `${folder}/${name}.flac`)
    loophole('index', folder, '--wait')
    const page = await open(browser, '#mode=folders&sort=-name')
    await page.locator('section[aria-label=Folders] li', { hasText: 'aside' }).getByRole('button').last().click()
    await chip('in one folder').waitFor()
    await until('the folder limits the list', async () => (await shown(page)) === '2')
    await until(
      'and the packs',
      async () =>
        (await page.locator('section[aria-label=Packs] li .count').allInnerTexts()).reduce(
          (sum, count) => sum + Number(count),
          0,
        ) <= 2,
    )
    await mode(page, 'Map')
    await until(
      'and what the map does not dim',
      async () => (await page.locator('main.map').getAttribute('data-found')) === '2',
    )
    assert.equal(await chip('order: ').count(), 0, 'a map has no order')
    await page.keyboard.press('Alt+1')
    await chip('order: -name').waitFor()
    await page.locator('.row[data-id]').first().click()
    const id = await page.locator('.row.at').getAttribute('data-id')
    await page.keyboard.press('s')
    const near = asked('search.similar', `like=["${id}"]`, 'limit=500').items.map(one => one.media.id)
    await shows('the nearest of all folders come first', near)
    assert.deepEqual(await page.locator('.chip').allInnerTexts(), [`like ${json('show', id)[0].name} ×`])
    for (const [title, sort] of [
      ['Length', 'duration_s'],
      ['Length', '-duration_s'],
      ['Name', 'name'],
      ['Name', '-name'],
      ['Class', 'class'],
      ['BPM', 'bpm'],
    ]) {
      await page.locator('.heads').getByRole('button', { name: title }).click()
      await chip(`order: ${sort}`).waitFor()
      const all = asked('search.query', 'query=', `sort=${sort}`, 'limit=1000').items.map(one => one.media.id)
      await shows(
        `the nearest are ordered by ${sort}`,
        all.filter(one => near.includes(one)),
      )
    }
    await mode(page, 'Folders')
    await page.locator('section[aria-label=Folders] li', { hasText: 'aside' }).getByRole('button').last().click()
    await until('a folder ends likeness', async () => (await shown(page)) === '2')
    assert.equal(await chip('like ').count(), 0)
    await page.setInputFiles('input[type=file]', process.env.SOUND)
    await page.waitForSelector(`.chip >> text=like ${basename(process.env.SOUND)}`)
    await until(
      'a sound from outside looks in all folders',
      async () => (await shown(page)) === String(near.length + 1),
    )
    assert.equal(await page.locator('.chip').count(), 1)
    await page.locator('section[aria-label=Folders] li', { hasText: 'aside' }).getByRole('button').last().click()
    await until(
      'a folder ends this likeness too',
      async () => (await shown(page)) === '2' && (await chip('like ').count()) === 0,
    )
    const grid = asked('search.grid', 'query=-path:aside', 'rows=class', 'columns=pack')
    const cell = grid.cells.find(one => grid.rows[one.row] && grid.columns[one.column])
    const [row, column] = [grid.rows[cell.row], grid.columns[cell.column]]
    const { total } = asked('search.query', `query=class:"${row}" pack:"=${column}"`, 'limit=0')
    await mode(page, 'Hypergrid')
    const button = page
      .locator('.hypergrid td button')
      .and(page.getByRole('button', { name: `${row}, ${column}: ${total}`, exact: true }))
    await button.waitFor()
    assert.equal(await chip('in one folder').count(), 0, 'a grid counts all folders')
    await button.click()
    await until(
      'a cell of the grid leads to its items in all folders',
      async () => (await shown(page)) === String(total),
    )
    loophole('library', 'remove', folder)
    return page
  },

  async chips_lie_in_the_query_field_and_a_keyboard_alone_reaches_them(browser) {
    const page = await open(browser)
    const chips = async () =>
      (await page.locator('.field .chip:visible .of').allInnerTexts()).map(text => text.replace(/^like .*/, 'like'))
    const shows = (what, ...wanted) => until(what, async () => JSON.stringify(await chips()) === JSON.stringify(wanted))
    const reached = () =>
      page.evaluate(() => document.activeElement.id || document.activeElement.querySelector('.of')?.innerText)
    const text = () => page.inputValue('#query')
    const tall = () => page.evaluate(() => document.querySelector('header').getBoundingClientRect().height)
    await showsTotal(page, '')
    const bare = await tall()
    await page.keyboard.type('bell -loop')
    await showsTotal(page, 'bell -loop')
    await shows('while the text is edited, it is shown as text')
    await page.keyboard.press('ArrowDown')
    await shows('else its clauses are chips in its place', 'bell', '-loop')
    await page.keyboard.press('s')
    await shows('the example comes after them', 'bell', '-loop', 'like')
    assert.equal(
      await page.locator('.field .chip:visible').evaluateAll(all =>
        all.every(of => {
          const a = of.getBoundingClientRect(),
            b = of.closest('.field').getBoundingClientRect()
          return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
        }),
      ),
      true,
      'they lie inside the field',
    )
    await page.keyboard.press('/')
    await shows('the example stands before the text', 'like')
    for (const key of ['Home', 'ArrowLeft']) await page.keyboard.press(key)
    assert.match(await reached(), /^like /)
    await shows('from a chip the others are reached', 'bell', '-loop', 'like')
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
    assert.equal(await reached(), 'bell')
    for (const key of ['End', 'ArrowLeft']) await page.keyboard.press(key)
    assert.equal(await reached(), '-loop')
    await page.keyboard.press('Delete')
    await shows('a chip is removed', 'bell', 'like')
    assert.equal(await text(), 'bell')
    assert.equal(await reached(), 'bell', 'the keyboard is on its neighbour')
    await page.waitForSelector('.field [role=status] >> text=Removed: -loop')
    for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
    assert.equal(await reached(), 'query')
    await page.keyboard.press('Backspace')
    await shows('Backspace before the text removes the chip there')
    assert.deepEqual([await reached(), await text()], ['query', 'bell'])
    await page.waitForSelector('.field [role=status] >> text=/Removed: like ./')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('x')
    assert.equal(await text(), 'xbell', 'there is nothing more before the text, which is edited as a whole')
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 800 })
      await page.fill('#query', '')
      await showsTotal(page, '')
      const before = await tall()
      await page.fill('#query', Array.from({ length: 40 }, (_, i) => `-word${i}`).join(' '))
      await page.locator('main .rows').focus()
      await until('all clauses have chips', async () => (await chips()).length === 40)
      assert.equal(await tall(), before, 'many chips make the header no taller')
      await page.locator('.field .chip').last().focus()
      assert.equal(
        await page
          .locator('.field .chip')
          .last()
          .evaluate(of => of.getBoundingClientRect().right <= of.closest('.field').getBoundingClientRect().right),
        true,
        'the chip that is reached is scrolled into view',
      )
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
        false,
      )
      if (width === 1280) assert.equal(before, bare)
      await check_axe(page, `${width} `)
    }
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
    await until(
      'the items like it are shown',
      async () => (await names(page)).length > 0 && (await shown(page)) !== null,
    )
    await page.locator('main .rows').focus()
    await page.keyboard.press('Backspace')
    await showsTotal(page, '')
    await page.locator('.outside summary').focus() // by keyboard alone
    for (const key of ['Enter', 'Tab', 'Tab', 'Tab']) await page.keyboard.press(key)
    assert.equal(await page.evaluate(() => document.activeElement.innerText), 'dropped.flac (heard before)')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.chip >> text=dropped.flac')
    await reload(page)
    await showsTotal(page, '')
    await page.setInputFiles('input[type=file]', process.env.SOUND)
    await page.waitForSelector(`.chip >> text=${basename(process.env.SOUND)}`)
    await until('the file comes first', async () => (await names(page))[0] === basename(process.env.SOUND, '.flac'))
    return page
  },

  async the_sound_at_a_jack_port_is_an_example(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    const [item] = json('search', 'bass_voxy_c') // any four seconds of it are like no other sound more than like it
    loophole('preview', item.id, '--loop')
    await until('it sounds', () => JSON.parse(loophole('ask', 'audio.meters')).streams > 0)
    const lost = () => {
      const { xruns, underruns } = JSON.parse(loophole('ask', 'audio.meters'))
      return xruns + underruns
    }
    await until('no frame was lost while it listened', async () => {
      const before = lost()
      await page.locator('.outside summary').click() // by mouse alone; the choice closes it
      await page.getByRole('button', { name: 'A JACK port…' }).click()
      await page
        .getByRole('dialog')
        .getByRole('combobox')
        .fill(`${JSON.parse(loophole('ask', 'audio.server')).client}:preview_left`)
      await page.getByRole('button', { name: 'Listen', exact: true }).click()
      const chips = page.locator('.chip >> text=like')
      await until('it has listened', async () => (await chips.count()) || (await page.locator('.remark.bad').count()))
      if (!(await chips.count())) return false // the core had no time for it
      if (lost() === before) return true
      await page.locator('.chip >> text=/^like/').click()
      await showsTotal(page, '')
      return false
    })
    loophole('preview', 'stop')
    let first
    const saysFirst = { toString: () => `the sound comes first, not ${first}` }
    await until(saysFirst, async () => {
      first = (await names(page))[0]
      return first === item.name
    })
    await page.locator('main .rows').focus()
    await page.keyboard.press('Backspace')
    await showsTotal(page, '')
    await reload(page)
    await showsTotal(page, '')
    await page.locator('.outside summary').click()
    await page.locator('.outside').getByRole('button', { name: 'heard before' }).click()
    await until('what was heard is the example again', async () => (await names(page))[0] === item.name)
    return page
  },
}
