UPDATE meta SET value = x'00ff' WHERE key <> 'host';
