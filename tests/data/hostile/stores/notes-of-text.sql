UPDATE meta SET value = '$(touch PWNED)' WHERE key <> 'host';
