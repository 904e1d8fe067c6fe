"""What people of this tenant own beyond licences: ways to sign in, devices, apps, groups, files."""
