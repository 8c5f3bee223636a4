import { Component, type ComponentChild, type FunctionComponent, h } from 'preact';

/** A component that is drawn again only when a property of it is another one. */
export function memo<P extends object>(draw: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !isSame(this.props, next);
    }
    override render(): ComponentChild {
      return h(draw, this.props as P & { children?: undefined });
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}

function isSame(before: object, after: object): boolean {
  const old = before as Record<string, unknown>;
  const fresh = after as Record<string, unknown>;
  const keys = Object.keys(fresh);
  return (
    keys.length === Object.keys(old).length && keys.every((key) => Object.is(old[key], fresh[key]))
  );
}
