// A field for a value that the engine has. It shows that value whenever it is drawn, except while a person types into
// it.
import type { JSX } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

type Props = Omit<JSX.InputHTMLAttributes<HTMLInputElement>, 'value' | 'ref' | 'onInput' | 'onChange' | 'onBlur'> & {
  value: string
  /** Gets what was typed, on Enter and when the person leaves the field. */
  put: (typed: string) => void
  /** Also when the field is removed. Without it `put` may be for something else by then, and nothing is put. */
  bound?: boolean
  /** Its lines, if it is for text of several. */
  rows?: number
}

/** Each thing that has such a value needs a key of its own, so that what was typed goes to no other one. */
export function TypedField({ value, put, bound, ...rest }: Props) {
  const Tag = (rest.rows ? 'textarea' : 'input') as 'input'
  const field = useRef<HTMLInputElement>(null)
  const before = useRef<string>() // what the field showed when the person began to type; undefined: nothing was typed
  const show = () => {
    const of = field.current
    if (of && before.current === undefined && (of.value !== value || of.validity.badInput)) of.value = value
  }
  const end = () => {
    const of = field.current
    const typed =
      of && before.current !== undefined && of.value !== before.current && !of.validity.badInput ? of.value : undefined
    before.current = undefined
    if (typed !== undefined) put(typed)
    else show()
  }
  const remove = useRef(end)
  remove.current = () => {
    if (bound) end()
    before.current = undefined
  }
  useLayoutEffect(show)
  useLayoutEffect(() => () => remove.current(), []) // before the browser says that a removed field was changed
  return (
    <Tag
      type={rest.rows ? undefined : 'text'}
      {...rest}
      ref={field}
      onInput={() => {
        before.current ??= value
      }}
      onChange={end}
      onBlur={end}
    />
  )
}
