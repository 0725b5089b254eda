import { useEffect, useState } from 'react';
import { useConsole } from '../stores/context.tsx';

/** The value once it has not changed for `ms`; what it was before until then. */
export function useSettled<T>(value: T, ms: number): T {
  const { clock } = useConsole();
  const [settled, setSettled] = useState(value);
  useEffect(() => clock.after(ms, () => setSettled(value)), [clock, value, ms]);
  return settled;
}
