"""What people see: the command line, and the forms that other surfaces are made from."""
