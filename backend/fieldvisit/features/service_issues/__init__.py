"""Service issues (服务问题): what of our own service is wrong, found by ourselves before anybody complained (S16.7)."""
