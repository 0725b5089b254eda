export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(by?: number): void;
  readonly value: number;
}

/** All figures of the gateway. Names and units follow Prometheus' conventions: `_total`, `_bytes`, `_seconds`. */
export interface Metrics {
  /** The counter of this name and these labels; the same one for the same arguments. */
  counter(name: string, help: string, labels?: Labels): Counter;
  /** A figure that is read when asked for. Returns its removal. */
  gauge(name: string, help: string, read: () => number, labels?: Labels): () => void;
  /** A family whose series come and go (devices, functions, subscriptions): read as a whole when asked for. */
  collect(name: string, type: 'counter' | 'gauge', help: string, read: () => readonly Sample[]): void;
  /** Prometheus' text exposition format, version 0.0.4. */
  expose(): string;
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

interface Series {
  readonly labels: string;
  read(): number;
}
interface Family {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly series: Map<string, Series>;
}

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

/** A figure that cannot be read is not a number; the others are still shown. */
function valueText(read: () => number): string {
  try {
    const value = read();
    return value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
  } catch {
    return 'NaN';
  }
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const counters = new Map<string, Counter>();
  const collected = new Map<string, { type: Family['type']; help: string; read(): readonly Sample[] }>();
  function family(name: string, type: Family['type'], help: string): Family {
    const known = families.get(name);
    if (known) return known;
    const made: Family = { type, help, series: new Map() };
    families.set(name, made);
    return made;
  }
  return {
    counter(name, help, labels = {}) {
      const text = labelText(labels);
      const known = counters.get(name + text);
      if (known) return known;
      let value = 0;
      const counter: Counter = {
        add(by = 1) {
          value += by;
        },
        get value() {
          return value;
        },
      };
      counters.set(name + text, counter);
      family(name, 'counter', help).series.set(text, { labels: text, read: () => value });
      return counter;
    },
    gauge(name, help, read, labels = {}) {
      const text = labelText(labels);
      const { series } = family(name, 'gauge', help);
      const own: Series = { labels: text, read };
      series.set(text, own);
      return () => {
        if (series.get(text) === own) series.delete(text);
      };
    },
    collect(name, type, help, read) {
      collected.set(name, { type, help, read });
    },
    expose() {
      const lines: string[] = [];
      const head = (name: string, type: string, help: string): void =>
        void lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`);
      for (const [name, { type, help, series }] of families) {
        head(name, type, help);
        for (const one of series.values()) lines.push(`${name}${one.labels} ${valueText(one.read)}`);
      }
      for (const [name, { type, help, read }] of collected) {
        head(name, type, help);
        for (const { labels, value } of read()) lines.push(`${name}${labelText(labels)} ${valueText(() => value)}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
