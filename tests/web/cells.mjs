// cells.mjs: a component and the value that it follows: node cells.mjs SCRIPT, with the modules of BUILD/web. The
// script has `h`, `render`, `Cell` and `useCell`.
import { strict as assert } from 'node:assert'
import { launch } from './browser.mjs'

const browser = await launch()
try {
  const page = await browser.newPage()
  await page.addScriptTag({ path: process.argv[2] })
  const drawn = await page.evaluate(async () => {
    const { Cell, h, render, useCell, useEffect } = globalThis.app
    const cell = new Cell({ count: 1, other: 1 })
    let follows,
      draws = 0
    const followed = new Promise(resolve => {
      follows = resolve
    })
    const Part = () => {
      draws++
      useEffect(() => follows())
      return h(
        'b',
        null,
        useCell(cell, of => of.count),
      )
    }
    const Whole = () => h('i', null, useCell(cell).other)
    render(h('p', null, h(Part), h(Whole)), document.body)
    cell.set({ count: 2, other: 2 }) // drawn, but not followed yet
    await followed
    await new Promise(resolve => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve))))
    const early = document.body.innerText,
      before = draws
    cell.set({ count: 2, other: 3 })
    await new Promise(resolve => setTimeout(resolve))
    return { early, late: document.body.innerText, more: draws - before }
  })
  assert.deepEqual(drawn, { early: '22', late: '23', more: 0 })
} finally {
  await browser.close()
}
