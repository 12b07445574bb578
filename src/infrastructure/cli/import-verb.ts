import { Command, Option } from 'commander';
import type { ImportKind, ImportOptions } from './import-run.js';

const kinds: Readonly<Record<ImportKind, { readonly summary: string; readonly columns: string }>> = {
  orders: {
    summary: 'order lines; lines with one order_id are one order, negative quantities came back',
    columns:
      'order_id, customer_id, customer_name?, placed_at, sku, description?, product_group?, quantity, unit_price,\n' +
      'unit_cost?, discount_rate? (a fraction), country?, rep?, currency?,\n' +
      'promised_on?, delivered_on? (days)',
  },
  customers: {
    summary: 'customers and their contact persons',
    columns:
      'customer_id, name, lifecycle? (suspect, prospect or customer), postcode?, country?, region?, industry?,\n' +
      'contact_name?, contact_role?, contact_email?, contact_phone?, layer? (strategic, tactical or operational),\n' +
      'customer_since? (when it became one; now when left out)',
  },
  visits: {
    summary: 'visits that were held',
    columns:
      'visit_id?, customer_id, occurred_at, held_by (several separated by ;), topics? (separated by ;), outcome?,\n' +
      'notes?, duration_minutes?',
  },
};

/** `import orders|customers|visits FILE`. */
export function importVerb(): Command {
  const verb = new Command('import').description('records what is in a CSV file, gzipped or not');
  for (const kind of Object.keys(kinds) as ImportKind[]) verb.addCommand(importOf(kind));
  return verb;
}

function importOf(kind: ImportKind): Command {
  const command = new Command(kind)
    .description(`records ${kinds[kind].summary}`)
    .argument('<file>', 'CSV in UTF-8, separated by commas or semicolons, gzipped or not')
    .requiredOption('--source <name>', 'the system that the file comes from; its keys are unique within it')
    .option('--map <theirs=ours,…>', 'which of their columns is which of ours; columns of the same name map themselves')
    .option('--dry-run', 'tells what would happen, and records nothing')
    .option('--rejected <file>', "where rows go that can't be used (default: beside the file, as .rejected.csv)")
    .option('--json', 'prints the summary as JSON');
  if (kind === 'orders') {
    command
      .option('--currency <code>', 'currency of lines that name none (default: the one of the log)')
      .option('--credit-prefix <text>', 'order ids that begin so are credit notes')
      .addOption(new Option('--decimal-comma', 'numbers have a comma before their decimals'));
  }
  return command
    .option('--timezone <zone>', 'zone of times that name none (default: the one of the log)')
    .addHelpText('after', `\nColumns (? may be missing):\n${kinds[kind].columns}\n`)
    .action(async (file: string, options: ImportOptions) => {
      // Loaded only here: help and wrong options answer without the domain.
      const { runImport } = await import('./import-run.js');
      await runImport(kind, file, options);
    });
}
