import { fetchHandler } from 'meterbook/http';
import { metrics } from '../../../../metrics';

interface Context {
  readonly params: Promise<{ readonly id: string }>;
}

export const GET = fetchHandler(
  async (_request: Request, { params }: Context) => {
    const { id } = await params;
    const found = id !== '0';
    metrics.lookups.add(1, { 'shop.user.found': found });
    return found
      ? Response.json({ id, name: `User ${id}` })
      : Response.json({ error: 'no such user' }, { status: 404 });
  },
  { route: '/api/users/[id]' },
);
