import 'reflect-metadata';
import { Controller, Get, HttpException, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setupMetrics } from 'meterbook';
import { agentMetrics } from 'meterbook/agent';
import { MeterbookModule } from 'meterbook/http';

setupMetrics({
  serviceName: 'example-nestjs',
  registries: [agentMetrics],
  exportIntervalMillis: 2_000, // Every minute unless it is set; here something is to be seen soon.
});

@Controller('orders')
class Orders {
  @Get(':id')
  one(@Param('id') id: string) {
    if (id === '0') throw new HttpException('no such order', 404);
    return { id };
  }
}

@Module({ imports: [MeterbookModule.forRoot()], controllers: [Orders] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.setGlobalPrefix('v1'); // http.route is /v1/orders/:id
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
const url = await app.getUrl();
console.log(`Listening. Try: curl ${url}/v1/orders/7`);
