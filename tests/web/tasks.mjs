// tasks.mjs: twelve tasks of a musician, by keyboard alone and by mouse alone, with the number of touches of each.
// docs/web.md has the same numbers.
import { readFileSync } from 'node:fs'
import { strict as assert } from 'node:assert'
import { all_of, desk, json, kill, loophole, mode, note_sounding, open, reload, showsTotal, until } from './browser.mjs'

const asked = (...args) => JSON.parse(loophole('ask', ...args))
const find = query => json('search', query)
const shown = id => json('show', id)[0]

/** In the page, from its beginning: counts keys, letters that are typed into fields, and presses of the mouse. */
function count_touches() {
  const add = what => {
    sessionStorage[what] = Number(sessionStorage[what] ?? 0) + 1
  } // it outlives a reload
  const isField = of => of.matches('input:not([type=range], [type=checkbox]), textarea')
  addEventListener('pointerdown', () => add('presses'), true)
  addEventListener(
    'keydown',
    event => {
      if (['Control', 'Shift', 'Alt'].includes(event.key)) return
      add(event.key.length === 1 && isField(event.target) && !event.ctrlKey && !event.altKey ? 'letters' : 'keys')
    },
    true,
  )
}

const count = async page =>
  page.evaluate(() => ['keys', 'letters', 'presses'].map(what => Number(sessionStorage[what] ?? 0)))
const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}
/** Runs the first command of the palette that these letters find. */
async function command(page, letters) {
  await press(page, 'Control+k')
  await page.keyboard.type(letters)
  await press(page, 'Enter')
}
const type = (page, letters) => page.keyboard.type(letters)
const facet = (page, name) => page.getByRole('navigation', { name: 'Facets' }).getByRole('button', { name })
const click = (page, role, name) => page.getByRole(role, { name, exact: true }).click()
const row = (page, number) => page.locator(`.row[aria-rowindex="${number + 1}"] [role=gridcell]:nth-child(3)`)
const at = page => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('at'))
const query = page => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get('q') ?? '')
const soundsOf = (page, id) => until('it sounds', () => page.evaluate(id => globalThis.sounded.includes(id), id))
const selectedOf = page =>
  page
    .locator('.chip.selection')
    .innerText()
    .then(
      text => parseInt(text, 10),
      () => 0,
    )
async function drag(page, ...points) {
  await page.mouse.move(...points[0])
  await page.mouse.down()
  for (const point of points.slice(1)) await page.mouse.move(...point, { steps: 4 })
  await page.mouse.up()
}

/** Goes to the first snare, the second, and back. Each sounds before the next is asked for: of asks that come faster
 * than their answers, only the last counts. */
async function compare(page, ways) {
  const [one, other] = find('snare')
  for (const [i, go] of ways.entries()) {
    await page.evaluate(() => {
      sounded.length = 0
    })
    await go()
    await soundsOf(page, i === 1 ? other.id : one.id)
  }
}

/** On the map: goes from point to point, with Shift. Each arrow leads towards the nearest point that is not selected,
 * as a person sees it, so that none is pressed in vain, wherever the points lie. */
async function selectByArrows(page, count) {
  const points = asked('search.map', 'dimensions=2').points,
    taken = new Set()
  const middle = of => (Math.min(...points.map(of)) + Math.max(...points.map(of))) / 2
  let from = { x: middle(one => one.x), y: middle(one => one.y) }
  while (taken.size < count) {
    const far = one => Math.hypot(one.x - from.x, one.y - from.y)
    const { x, y } = points
      .filter(one => !taken.has(one.id) && far(one) > 0)
      .reduce((one, other) => (far(other) < far(one) ? other : one))
    const way =
      Math.abs(x - from.x) > Math.abs(y - from.y)
        ? x > from.x
          ? 'ArrowRight'
          : 'ArrowLeft'
        : y > from.y
          ? 'ArrowUp'
          : 'ArrowDown'
    await press(page, `${taken.size ? 'Shift+' : ''}${way}`)
    const id = await until('another point is current', async () => {
      const now = await at(page)
      return now && !taken.has(now) && now
    })
    taken.add(id)
    from = points.find(one => one.id === id)
  }
  await until('they are selected', async () => (await selectedOf(page)) === count)
}

const NEAR_120 = 'is:loop bpm:118..122 key:Am'
const newest = () => {
  const now = asked('audio.pattern')
  return now.edited ?? now.pattern
}
/** The rows of what plays, also of an edit that waits for its bar. */
const steps = () => newest().sequencer.tracks.map(one => one.pattern)
const running = () => json('record', 'takes').some(one => one.state === 'running')
/** Do the first four pads have the first four kicks? */
const haveKicks = async page =>
  JSON.stringify(await page.locator('.pad small').evaluateAll(all => all.slice(0, 4).map(of => of.innerText))) ===
  JSON.stringify(
    find('class:kick')
      .slice(0, 4)
      .map(one => one.name),
  )
const opened = () => asked('project.state').name

/** Each with both ways, and what is true after each. */
const TASKS = [
  {
    what: 'Hear a punchy kick',
    keyboard: async page => {
      await type(page, 'kick punchy')
      await showsTotal(page, 'kick punchy')
      await press(page, 'ArrowDown')
    },
    mouse: async page => {
      await facet(page, /^kick/).click()
      await page.locator('.facets summary', { hasText: /^tag$/ }).click()
      await facet(page, /^punchy/).click()
      await showsTotal(page, 'class:kick tag:punchy')
      await row(page, 1).click()
    },
    done: async page => {
      const kicks = find('class:kick tag:punchy').map(one => one.id)
      await until('one sounds', () => page.evaluate(kicks => globalThis.sounded.some(id => kicks.includes(id)), kicks))
    },
  },
  {
    what: 'Find one like it, but brighter',
    before: async page => {
      await page.evaluate(() => {
        location.hash = '#q=class:kick'
      })
      await showsTotal(page, 'class:kick')
      await page.locator('.row').first().waitFor()
    },
    keyboard: async page => {
      await press(page, 'ArrowDown')
      await until('it is current', () => at(page))
      await command(page, 'brighter')
    },
    mouse: async page => {
      await row(page, 1).click()
      await click(page, 'button', 'More like this')
      const slider = page.getByRole('slider', { name: 'darker or brighter' })
      await slider.waitFor()
      const box = await slider.boundingBox()
      await drag(
        page,
        [box.x + box.width / 2, box.y + box.height / 2],
        [box.x + box.width * 0.66, box.y + box.height / 2],
      )
    },
    done: async page =>
      until(
        'brighter ones that are like it are listed',
        async () => /centroid_hz:>/.test(await query(page)) && (await page.locator('.row').count()) > 0,
      ),
  },
  {
    what: 'Tag five items at once, and undo it',
    before: async page => {
      await page.evaluate(() => {
        location.hash = '#q=drum'
      })
      await showsTotal(page, 'drum')
      await page.locator('.row').nth(5).waitFor()
    },
    keyboard: async page => {
      await press(page, 'ArrowDown', ...Array(4).fill('Shift+ArrowDown'))
      await until('five are selected', async () => (await selectedOf(page)) === 5)
      await press(page, 't')
      await type(page, 'five')
      await press(page, 'Enter')
      await until('five have the tag', () => find('tag:five').length === 5)
      await press(page, 'Control+z')
    },
    mouse: async page => {
      await row(page, 1).click()
      await page.keyboard.down('Shift')
      await row(page, 5).click()
      await page.keyboard.up('Shift')
      await until('five are selected', async () => (await selectedOf(page)) === 5)
      await page.locator('#addtag').click()
      await type(page, 'five')
      await press(page, 'Enter')
      await until('five have the tag', () => find('tag:five').length === 5)
      await click(page, 'button', 'Undo')
    },
    done: async () => until('none has it', () => find('tag:five').length === 0),
  },
  {
    what: 'Rate an item, colour it, make it a favourite',
    before: async page => {
      await page.evaluate(() => {
        location.hash = '#q=drum_cowbell'
      })
      await showsTotal(page, 'drum_cowbell')
      await page.locator('.row').first().waitFor()
    },
    keyboard: async page => {
      await press(page, 'ArrowDown', '4', 'f')
      await command(page, 'colour red')
    },
    mouse: async page => {
      await row(page, 1).click()
      await click(page, 'button', '4 of 5')
      await click(page, 'button', 'red')
      await click(page, 'button', '♡ Favourite')
    },
    done: async () => {
      const [{ id }] = find('drum_cowbell')
      await until('the engine has all of it', () => {
        const of = shown(id)
        return of.rating === 4 && of.colour === 'red' && of.favourite
      })
      for (const [ask, value] of [
        ['rate', '0'],
        ['colour', 'none'],
      ])
        loophole(ask, id, value)
      loophole('favourite', id, '--off')
    },
  },
  {
    what: 'Find five loops near 120 bpm in A minor',
    keyboard: async page => {
      await type(page, 'loop 120 bpm a minor')
      await press(page, 'Enter')
    },
    mouse: async page => {
      await facet(page, 'Loops').click()
      await showsTotal(page, 'is:loop')
      const bars = page.locator('.bars').first(),
        box = await bars.boundingBox()
      await drag(page, [box.x + box.width * (60 / 140), box.y + box.height / 2]) // of 60 to 200 bpm
      const key = page.locator('.wheel').getByRole('button', { name: 'Key Am', exact: true })
      await key.click()
      await key.click()
    },
    done: async page => {
      await until('five are listed', async () => (await page.locator('.row[data-id]').count()) === 5)
      assert.deepEqual(
        (await page.locator('.row').evaluateAll(all => all.map(of => of.dataset.id))).sort(),
        find(NEAR_120)
          .map(one => one.id)
          .sort(),
      )
    },
  },
  {
    what: 'Compare two sounds',
    before: async page => {
      await page.evaluate(() => {
        location.hash = '#q=snare'
      })
      await showsTotal(page, 'snare')
      await page.locator('.row').nth(1).waitFor()
    },
    keyboard: async page =>
      compare(
        page,
        ['ArrowDown', 'ArrowDown', 'ArrowUp'].map(key => () => press(page, key)),
      ),
    mouse: async page =>
      compare(
        page,
        [1, 2, 1].map(number => () => row(page, number).click()),
      ),
    done: async page => until('the first is current', async () => (await at(page)) === find('snare')[0].id),
  },
  {
    what: 'Select 20 sounds on the map, and put them into the basket',
    before: async () => loophole('basket', 'clear'),
    keyboard: async page => {
      await press(page, 'Alt+3')
      await page.locator('main.map:not([data-points="0"])[data-points]').waitFor()
      await selectByArrows(page, 20)
      await press(page, 'b')
    },
    mouse: async page => {
      await mode(page, 'Map')
      await page.locator('main.map:not([data-points="0"])[data-points]').waitFor()
      await click(page, 'button', 'Lasso')
      const { x, y, width, height } = await page.locator('.plane canvas').boundingBox(),
        edge = 4
      await drag(
        page,
        [x + edge, y + edge],
        [x + width - edge, y + edge],
        [x + width - edge, y + height - edge],
        [x + edge, y + height - edge],
      )
      await until('they are selected', async () => (await selectedOf(page)) >= 20)
      await click(page, 'button', 'Basket')
    },
    done: async () => until('the basket has them', () => asked('web.basket').each.length >= 20),
  },
  {
    what: 'Go from Hypergrid to the items of a cell',
    keyboard: async page => {
      await press(page, 'Alt+4')
      await page.locator('.hypergrid td button').first().waitFor()
      await press(page, 'ArrowDown', 'ArrowDown', 'Enter')
    },
    mouse: async page => {
      await mode(page, 'Hypergrid')
      await page.locator('.hypergrid td button').nth(1).click()
    },
    done: async page => {
      await page.locator('.row[data-id]').first().waitFor()
      const wanted = await query(page)
      assert.match(wanted, /^class:\S+ pack:\S+$/)
      await showsTotal(page, wanted)
    },
  },
  {
    what: 'Save a query under a name, and use it later',
    keyboard: async page => {
      await type(page, 'class:kick dur:<0.5s')
      await showsTotal(page, 'class:kick dur:<0.5s')
      await command(page, 'save the query')
      await page.locator('dialog.naming[open] input').waitFor()
      await type(page, 'short_kicks')
      await press(page, 'Enter')
      await until('it is saved', () => json('queries').some(one => one.name === 'short_kicks'))
      await press(page, 'Control+a')
      await type(page, '@short_kicks')
      await press(page, 'Enter')
    },
    mouse: async page => {
      await facet(page, /^kick/).click()
      await facet(page, 'Below half a second').click()
      await showsTotal(page, 'class:kick dur:<0.5s')
      await click(page, 'button', 'Save')
      await page.locator('dialog.naming[open] input').waitFor()
      await type(page, 'short_kicks')
      await click(page, 'button', 'OK')
      await until('it is saved', () => json('queries').some(one => one.name === 'short_kicks'))
      await click(page, 'button', 'Clear all')
      await showsTotal(page, '')
      await page.locator('#query').click()
      await page.getByRole('option', { name: '@short_kicks', exact: true }).click()
    },
    done: async page => {
      await until('it is the query', async () => (await query(page)) === '@short_kicks')
      await showsTotal(page, '@short_kicks')
      loophole('queries', 'short_kicks', '--off')
    },
  },
  {
    what:
      'Make a project; put four kicks on pads, hit one; set two steps of a row, start, save and launch them; ' +
      'load the page again',
    keyboard: async page => {
      await command(page, 'new project')
      await page.locator('dialog.naming[open] input').waitFor()
      await type(page, 'Keys')
      await press(page, 'Enter')
      await until('it is open', () => opened() === 'Keys')
      await type(page, 'class:kick')
      await showsTotal(page, 'class:kick')
      await press(page, 'ArrowDown', ...Array(3).fill('Shift+ArrowDown'))
      await until('four are selected', async () => (await selectedOf(page)) === 4)
      await press(page, 'Alt+8')
      await page.locator('section[aria-label=Pattern][data-number]').waitFor()
      await command(page, 'fill')
      await until('they have the kicks', () => haveKicks(page))
      await press(page, 'z')
      await command(page, 'add a row')
      await page.locator('.step').first().waitFor()
      await command(page, 'go to the steps')
      await press(page, 'Enter', ...Array(4).fill('ArrowRight'), 'Enter')
      await until('two steps are set', () => steps().at(-1) === 'x...x...........')
      await press(page, 'Space')
      await command(page, 'save the playing')
      await page.locator('dialog.naming[open] input').waitFor()
      await type(page, '1')
      await press(page, 'Enter')
      await page.locator('.launch button:enabled').waitFor()
      await command(page, 'launch slot 1')
      await page.locator('.launch [data-state]').waitFor() // what is asked for just before a reload may be lost
      await press(page, 'Control+r')
      await reload(page)
    },
    mouse: async page => {
      await mode(page, 'Project')
      // the open project has "New name"
      const name = page.locator('section[aria-label=Projects]').getByLabel('Name', { exact: true })
      await name.click()
      await type(page, 'Mouse')
      await click(page, 'button', 'New project')
      await until('it is open', () => opened() === 'Mouse')
      await mode(page, 'Table')
      await facet(page, /^kick/).click()
      await showsTotal(page, 'class:kick')
      await row(page, 1).click()
      await page.keyboard.down('Shift')
      await row(page, 4).click()
      await page.keyboard.up('Shift')
      await until('four are selected', async () => (await selectedOf(page)) === 4)
      await mode(page, 'Kit')
      await page.locator('section[aria-label=Pattern][data-number]').waitFor()
      await click(page, 'button', 'Fill with the chosen items')
      await until('they have the kicks', () => haveKicks(page))
      await page.locator('.pad[data-pad="0"]').click()
      await click(page, 'button', 'Add a row with the chosen item')
      await until('it has its row', () => steps().at(-1) === '................')
      for (const number of [1, 5]) await page.locator('.steps').last().getByLabel(`Step ${number}: off`).click()
      await until('two steps are set', () => steps().at(-1) === 'x...x...........')
      await click(page, 'button', 'Start')
      await desk(page, 'Slots')
      await click(page, 'button', 'Save the playing pattern')
      await page.locator('.launch button:enabled').click()
      await page.locator('.launch [data-state]').waitFor()
      await page.evaluate(() => {
        sessionStorage.presses = Number(sessionStorage.presses) + 1
      }) // the browser's own button
      await reload(page)
    },
    done: async page => {
      await until('the slot plays', async () => (await page.locator('.launch [data-state]').count()) === 1)
      await until(
        'the steps are there',
        async () => (await page.locator('.steps').last().locator('.step.on').count()) === 2,
      )
      await until('the pads have the kicks', () => haveKicks(page))
      loophole('transport', 'stop')
    },
  },
  {
    what: 'Record a take',
    keyboard: async page => {
      await command(page, 'record')
      await until('it is recorded', running)
      await command(page, 'end the')
    },
    mouse: async page => {
      await mode(page, 'Record')
      await page.locator('section[aria-label=Record]').getByRole('button', { name: 'Record' }).click()
      await until('it is recorded', running)
      await page.getByRole('button', { name: 'End the take' }).click()
    },
    done: async () => until('the take is final', () => !running()),
  },
  {
    what: 'See why nothing is heard, and which service died last',
    before: async () => {
      loophole('transport', 'start')
      loophole('mixer', 'master', 'mute=on')
      await kill('search')
    },
    keyboard: async page => {
      await press(page, 'Alt+=')
    },
    mouse: async page => {
      await mode(page, 'Engine')
    },
    done: async page => {
      await page.locator('.dock .remark em', { hasText: 'the channel master is muted' }).waitFor()
      await page.locator('tr[data-service=search]', { hasText: 'SIGKILL' }).waitFor()
      loophole('mixer', 'master', 'mute=off')
      loophole('transport', 'stop')
    },
  },
]

const numbers = line => (line?.match(/\d+/g) ?? []).map(Number)
/** The lines that have another task than the document has there, or more touches. */
const exceeding = (lines, documented) =>
  lines.filter((line, i) => {
    const most = numbers(documented[i]),
      now = numbers(line)
    return (
      line.split(' | ')[0] !== documented[i]?.split(' | ')[0] ||
      most.length !== now.length ||
      now.some((one, at) => one > most[at])
    )
  })

export const tasks = {
  async twelve_tasks_are_done_by_keyboard_alone_and_by_mouse_alone(browser) {
    const lines = []
    let page
    for (const { what, before, done, ...ways } of TASKS) {
      const said = []
      for (const way of ['keyboard', 'mouse']) {
        await page?.context().close()
        page = await open(browser, '', all_of(count_touches, note_sounding))
        await showsTotal(page, '')
        await before?.(page)
        await page.evaluate(() => sessionStorage.clear())
        await ways[way](page)
        const [keys, letters, presses] = await count(page)
        await done(page).catch(error => {
          throw new Error(`${what}, by ${way}: ${error.stack}`)
        })
        if (way === 'keyboard') assert.equal(presses, 0, what)
        const main =
          way === 'keyboard'
            ? `${keys} ${keys === 1 ? 'key' : 'keys'}`
            : `${presses} ${presses === 1 ? 'press' : 'presses'}`
        const more = way === 'keyboard' ? letters : letters + keys
        said.push(main + (more ? `, ${more} letters` : ''))
      }
      lines.push(`| ${what} | ${said.join(' | ')} |`)
    }
    const table = ['| task | by keyboard | by mouse |', '| --- | --- | --- |', ...lines].join('\n')
    const documented =
      readFileSync(`${process.env.DOCS}/web.md`, 'utf8').split('## Touches\n\n')[1]?.split('\n\n')[1] ?? ''
    assert.deepEqual(
      exceeding(lines, documented.split('\n').slice(2)),
      [],
      `docs/web.md must have this table:\n${table}`,
    )
    return page
  },
}
