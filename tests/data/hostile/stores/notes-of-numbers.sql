UPDATE note SET value = '99999999999999999999999' WHERE key <> 'host';
INSERT OR REPLACE INTO note VALUES ('moved_aside', 'x y');