UPDATE note SET value = '[[[]]]' WHERE key <> 'host';
