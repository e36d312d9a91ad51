// Fields for what a person chooses or types, with their labels.
import type { JSX } from 'preact'

type ChoiceProps<T> = Pick<JSX.SelectHTMLAttributes, 'aria-label' | 'disabled'> & {
  label: string
  value: T
  of: readonly T[]
  /** What a person reads of a value. */
  text?: (one: T) => string
  put: (to: T) => void
}

/** One of several values. None of them is the empty string but undefined. */
export function Choice<T extends string | number | undefined>(props: ChoiceProps<T>) {
  const { label, value, of, text = String, put, ...rest } = props
  return (
    <label>
      {label}{' '}
      <select {...rest} value={value ?? ''} onChange={event => put(of[event.currentTarget.selectedIndex] as T)}>
        {of.map(one => (
          <option key={one} value={one ?? ''}>
            {text(one)}
          </option>
        ))}
      </select>
    </label>
  )
}

type InputProps = Omit<JSX.InputHTMLAttributes, 'label' | 'onInput'> & { label: string; put: (typed: string) => void }

/** A text, or a number that is read when it is used. */
export const Input = ({ label, put, ...rest }: InputProps) => (
  <label>
    {label} <input type="text" {...rest} onInput={event => put(event.currentTarget.value)} />
  </label>
)
