// asking.mjs: claims of web_test.py about what the page asks for: names, ranges, directions of likeness, and the
// session.
import { copyFileSync, mkdirSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import {
  address,
  check_axe,
  giveName,
  hold_asks,
  json,
  loophole,
  mode,
  open,
  reload,
  shown,
  showsTotal,
  total,
  until,
} from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const savedAs = name => (asked('search.queries', 'limit=100').each ?? []).find(one => one.name === name)?.query

const queryOf = page => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('q') ?? '')
const queryIs = (page, query) => until(`the query is ${query}`, async () => (await queryOf(page)) === query)

export const asking = {
  async a_folder_that_is_dropped_is_added_when_its_path_is_known(browser) {
    const folder = name => {
      mkdirSync(`${process.env.MUSIC}/${name}`, { recursive: true })
      copyFileSync(process.env.SOUND, `${process.env.MUSIC}/${name}/${name}.flac`)
      return `${process.env.MUSIC}/${name}`
    }
    const page = await open(browser, '', hold_asks)
    const touch = await page.context().newCDPSession(page)
    const drop = async path => {
      const data = { items: [], files: [path], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'])
        await touch.send('Input.dispatchDragEvent', { type, x: 600, y: 300, data })
    }
    await page.getByText('The library has no sounds yet').waitFor()
    await drop(folder('first'))
    const dialog = page.locator('dialog.naming[open]')
    const field = dialog.getByLabel('A browser does not tell where “first” is.')
    await field.waitFor()
    await page.keyboard.type(`${process.env.MUSIC}/`) // the name is behind the caret
    assert.equal(await field.inputValue(), `${process.env.MUSIC}/first`)
    await check_axe(page)
    await page.keyboard.press('Enter')
    await showsTotal(page, 'first')
    await page.evaluate(() => hold('availability.volumes'))
    await drop(folder('odd\u202e'))
    await dialog.getByLabel('where “odd\ufffd” is').waitFor() // before it is known where folders may be
    await page.keyboard.type('typed/')
    await drop(folder('second'))
    await dialog.getByLabel('where “second” is').waitFor()
    assert.equal(await dialog.getByRole('textbox').inputValue(), 'second', 'what was typed was for the other')
    await page.evaluate(() => release())
    await dialog.getByRole('button', { name: `${process.env.MUSIC}/second` }).click() // beside the other
    await page.keyboard.press('Enter')
    await until('the page shows both', async () => (await shown(page)) === '2')
    return page
  },

  async a_browser_whose_session_ended_says_what_to_open(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    await page.context().clearCookies()
    loophole('restart', 'web')
    await page.locator('p.count', { hasText: 'open the address that loophole web prints' }).waitFor()
    const other = await page.context().newPage()
    await other.goto(address()) // the browser has a session again
    await page.locator('p.count[data-link=open]').waitFor()
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
    await page.evaluate(() => {
      // as a quick hand does it: the page draws nothing between the two keys
      const press = (of, key, more) =>
        of.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
      press(document.activeElement, 'k', { ctrlKey: true })
      return Promise.resolve().then(() => {
        globalThis.reached = document.activeElement.getAttribute('aria-label')
      })
    })
    assert.equal(await page.evaluate(() => globalThis.reached), 'Command')
    return page
  },

  async what_is_typed_at_once_after_a_filter_was_removed_stays(browser) {
    const page = await open(browser, '#q=bell')
    await showsTotal(page, 'bell')
    await page.evaluate(() => {
      // as a quick hand does it: the page is not painted between the two
      document.querySelector('.chip').click()
      return Promise.resolve().then(() => {
        const field = document.querySelector('#query')
        field.value = 'drum'
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))
      })
    })
    await queryIs(page, 'drum')
    await showsTotal(page, 'drum')
    assert.equal(await page.locator('#query').inputValue(), 'drum')
    return page
  },

  async pads_keep_their_names_after_a_restart_of_the_streamer(browser) {
    loophole('pads', 'set', '0', 'sound=perc_bell')
    const page = await open(browser, '#mode=kit')
    const pad = page.locator('main.kit .pad').first()
    await pad.filter({ hasText: 'perc_bell' }).waitFor()
    loophole('restart', 'streamer')
    const loaded = () => {
      try {
        return asked('streamer.sounds').each ?? []
      } catch {
        return []
      }
    } // it may be away for a moment
    await until('the streamer has the sound without its path', () => loaded().some(one => one.path === ''))
    await reload(page)
    await pad.filter({ hasText: 'perc_bell' }).waitFor()
    loophole('pads', 'clear', '0')
    return page
  },

  async ranges_and_keys_are_set_by_the_mouse(browser) {
    const page = await open(browser)
    await showsTotal(page, '')
    const handle = name => page.getByRole('slider', { name, exact: true })
    const bars = name => page.locator('.range', { hasText: name }).locator('.bars').getAttribute('data-bars')
    const sharesOf = values => {
      // as the page counts them: 32 parts from 60 to 200 bpm
      const counts = new Array(32).fill(0)
      for (const bpm of values) counts[Math.max(0, Math.min(31, Math.floor(((bpm - 60) / 140) * 32)))]++
      return counts.map(count => Math.round((100 * count) / Math.max(1, ...counts))).join()
    }
    const tempos = query =>
      JSON.parse(loophole('ask', 'search.query', `query=${query}`, 'limit=1000')).items.flatMap(
        one => one.facts.find(fact => fact.attribute === 'bpm' && fact.shown)?.number ?? [],
      )
    await until('the bars are those of all items', async () => (await bars('Tempo')) === sharesOf(tempos('')))
    await page
      .locator('.range', { hasText: 'Tempo' })
      .getByRole('img', { name: `${tempos('').length} of ${total('')} items have a value` })
      .waitFor()
    await page.getByText('ranges and key', { exact: true }).click()
    for (const query of ['bell', 'drum']) {
      await page.fill('#query', query)
      await showsTotal(page, query)
    }
    assert.equal(await bars('Tempo'), sharesOf(tempos('')), 'none is loaded for what is closed')
    await page.getByText('ranges and key', { exact: true }).click()
    await until('the bars are those of the query', async () => (await bars('Tempo')) === sharesOf(tempos('drum')))
    await page.fill('#query', '')
    await showsTotal(page, '')
    await handle('Tempo: least').fill('50')
    await queryIs(page, 'bpm:130..')
    await handle('Tempo: most').fill('64')
    await queryIs(page, 'bpm:130..150')
    await page.fill('#query', 'bpm:130..150 dur:..5')
    await until(
      'the bars of a range leave out its own clause alone',
      async () => (await bars('Tempo')) === sharesOf(tempos('dur:..5')),
    )
    await page.fill('#query', 'bpm:130..150')
    await queryIs(page, 'bpm:130..150')
    await reload(page)
    await until(
      'the handles show the query',
      async () =>
        (await handle('Tempo: least').inputValue()) === '50' && (await handle('Tempo: most').inputValue()) === '64',
    )
    await showsTotal(page, 'bpm:130..150')
    await handle('Tempo: least').fill('0')
    await handle('Tempo: most').fill('100')
    await queryIs(page, '')
    await showsTotal(page, '')
    await handle('Length: most').scrollIntoViewIfNeeded() // and it stands still
    const box = await handle('Length: most').boundingBox()
    await page.mouse.move(box.x + box.width - 5, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 })
    await page.mouse.up()
    await until('the query has the length', async () => /^dur:\.\.[\d.]+$/.test(await queryOf(page)))
    await showsTotal(page, await queryOf(page))
    await page.fill('#query', '')
    await page.press('#query', 'Escape') // completions cover no key
    await showsTotal(page, '')
    const key = page.getByRole('button', { name: 'Key Am', exact: true })
    await key.click()
    await queryIs(page, 'key:~Am')
    assert.deepEqual((await page.locator('.wheel .lit').allInnerTexts()).sort(), ['Am', 'C', 'Dm', 'Em'])
    await page.getByRole('button', { name: 'Key Em, goes with Am', exact: true }).waitFor()
    await showsTotal(page, 'key:~Am')
    await key.click()
    await queryIs(page, 'key:Am')
    await key.click()
    await queryIs(page, '')
    await key.press('ArrowRight')
    await page.keyboard.press('ArrowUp')
    assert.equal(await page.evaluate(() => document.activeElement.innerText), 'G', 'a fifth on, and to the major keys')
    await page.keyboard.press('Enter')
    await queryIs(page, 'key:~G')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await queryIs(page, '')
    await page.fill('#query', 'key:Bbm')
    await page.getByRole('button', { name: 'Key A#m', exact: true, pressed: true }).waitFor()
    await page.fill('#query', 'bpm:130-150')
    await until(
      'the handles show the typed range',
      async () =>
        (await handle('Tempo: least').inputValue()) === '50' && (await handle('Tempo: most').inputValue()) === '64',
    )
    await page.fill('#query', 'bpm:100..110 or drum')
    await queryIs(page, 'bpm:100..110 or drum')
    await until(
      'the handles are at the ends',
      async () =>
        (await handle('Tempo: least').inputValue()) === '0' && (await handle('Tempo: most').inputValue()) === '100',
    )
    await handle('Tempo: least').fill('50')
    await queryIs(page, '(bpm:100..110 or drum) bpm:130..')
    return page
  },

  async words_as_people_say_them_become_a_query(browser) {
    const page = await open(browser)
    await page.fill('#query', 'loop 120 bpm A minor')
    await page.getByRole('button', { name: 'is:loop bpm:118..122 key:Am', exact: true }).click()
    await queryIs(page, 'is:loop bpm:118..122 key:Am')
    await showsTotal(page, 'is:loop bpm:118..122 key:Am')
    return page
  },

  async a_list_without_items_says_what_leads_on(browser) {
    const page = await open(browser, '#q=bell zzzz')
    await page.locator('.nothing', { hasText: 'No sound matches all of this' }).waitFor()
    await mode(page, 'Waveforms')
    await page.locator('.nothing').getByRole('button', { name: 'without zzzz' }).click()
    await queryIs(page, 'bell')
    await showsTotal(page, 'bell')
    assert.equal(await page.locator('.nothing').count(), 0)
    return page
  },

  async likeness_has_a_direction(browser) {
    const [
      {
        media: { id },
        facts,
      },
    ] = asked('search.query', 'query=centroid_hz:>0 punch_db:>0', 'sort=centroid_hz', 'limit=1').items // the darkest
    const page = await open(browser, `#like=${id}`)
    const slider = name => page.getByRole('slider', { name })
    const ids = () => page.locator('.row[data-id]').evaluateAll(all => all.map(of => of.dataset.id))
    await slider('darker or brighter').fill('2')
    await until('the query has the bound', async () => /^centroid_hz:>[\d.]+$/.test(await queryOf(page)))
    assert(Number((await queryOf(page)).split('>')[1]) > facts.find(one => one.attribute === 'centroid_hz').number)
    const steps = [
      ['darker or brighter', 8, 'bright=.4'],
      ['softer or punchier', -2, 'bright=.4,punchy=-10%'],
      ['darker or brighter', 0, 'punchy=-.1'],
      ['shorter or longer', -1, 'punchy=-.1,length=-5%'],
    ]
    for (const [name, place, share] of steps) {
      await slider(name).fill(String(place))
      const wanted = json('similar', id, '--more', share, '--limit', '500').map(one => one.id)
      assert(wanted.length > 0, share)
      await until(
        `the list is that of similar --more ${share}`,
        async () =>
          (await page.locator('p.count').getAttribute('data-total')) === String(wanted.length) &&
          (await ids()).every((one, i) => one === wanted[i]),
      )
    }
    const query = await queryOf(page)
    await reload(page)
    await until(
      'the sliders show the query',
      async () =>
        (await slider('softer or punchier').inputValue()) === '-2' &&
        (await slider('shorter or longer').inputValue()) === '-1',
    )
    await queryIs(page, query)
    for (const name of ['softer or punchier', 'shorter or longer']) await slider(name).fill('0')
    await queryIs(page, '')
    return page
  },

  async a_map_is_zoomed_and_selected_from_by_touch(browser) {
    const page = await open(browser, '#mode=map', undefined, { hasTouch: true })
    const map = page.locator('main.map')
    await until('the map has its points', async () => Number(await map.getAttribute('data-points')) > 0)
    const apart = () =>
      page.locator('.plane .label').evaluateAll(all => {
        const at = all.map(of => [parseFloat(of.style.left), parseFloat(of.style.top)])
        return Math.max(...at.map(([x, y]) => Math.hypot(x - at[0][0], y - at[0][1])))
      })
    await until(
      'classes have their labels',
      async () => (await page.locator('.plane .label').count()) > 1 && (await apart()) > 0,
    )
    const before = await apart()
    const plane = await page.locator('.plane canvas').boundingBox()
    const [x, y] = [plane.x + plane.width / 2, plane.y + plane.height / 2]
    const touch = await page.context().newCDPSession(page)
    const fingers = (type, far) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: far
          ? [
              { x: x - far, y, id: 0 },
              { x: x + far, y, id: 1 },
            ]
          : [],
      })
    await fingers('touchStart', 50)
    for (const far of [60, 80, 100]) await fingers('touchMove', far)
    await fingers('touchEnd', 0)
    await until('it is twice as large', async () => Math.abs((await apart()) / before - 2) < 0.1)
    await page.locator('.plane canvas').focus()
    await page.keyboard.press('-')
    await until('it is smaller', async () => (await apart()) / before < 1.9)
    await page.getByRole('button', { name: 'Whole map' }).click()
    await page.getByRole('button', { name: 'Lasso', exact: true }).click()
    await page.mouse.move(plane.x + 3, plane.y + 3)
    await page.mouse.down()
    for (const [right, down] of [
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ])
      await page.mouse.move(plane.x + 3 + right * (plane.width - 6), plane.y + 3 + down * (plane.height - 6))
    await page.mouse.up()
    await page.locator('.map .quiet', { hasText: /\d selected/ }).waitFor()
    return page
  },
}
