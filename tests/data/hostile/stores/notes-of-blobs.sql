UPDATE note SET value = x'00ff' WHERE key <> 'host';
