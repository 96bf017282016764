"""公海 and 线索池: whom a record that nobody owns is open to, and when it becomes one."""
